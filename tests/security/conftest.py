"""A marketplace in which every employer has a canary, and viewers as they are after a login."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboards.access import login
from dashboards.access.viewer import Viewer
from tests.conftest import Project
from tests.security.canaries import Canary, canaries, marketplace_with
from tests.security.collecting import Haul, collecting
from tests.security.marks import Marks
from tests.security.viewers import SAMPLE, VIEWERS


@pytest.fixture(scope="session")
def flock() -> list[Canary]:
    """Return every employer's canary."""
    return canaries(SAMPLE)


@pytest.fixture(scope="session")
def marketplace(tmp_path_factory: pytest.TempPathFactory, flock: list[Canary]) -> Project:
    """Return a project with the tiny sample and the canaries, run once for all workers; tests only read it."""

    return marketplace_with(tmp_path_factory, tuple(flock))


@pytest.fixture(scope="session")
def marks(marketplace: Project, flock: list[Canary]) -> Marks:
    """Return everything by which an employer's rows are known again."""
    return Marks(flock, marketplace.published)


@pytest.fixture
def published(marketplace: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the dashboards show the marketplace of the canaries to those who sign in; every viewer has a grant."""
    folder, access = marketplace.data / "published", tmp_path / "access.toml"
    access.write_text("\n".join(['contact = "the owner"', *map(grant, VIEWERS)]))
    monkeypatch.setenv("THROUGHLINE_PUBLISHED", str(folder))
    monkeypatch.setenv("THROUGHLINE_DATA", str(marketplace.data))
    monkeypatch.setenv("THROUGHLINE_ACCESS", str(access))
    monkeypatch.setattr(login, "_guards", {"Guard"})
    return folder


def grant(viewer: Viewer) -> str:
    """Return the grant of a viewer as the file of grants has it."""
    employers = f"employers = {list(viewer.host_ids)}" if viewer.host_ids else ""
    return f'[[grant]]\nemail = "{viewer.name}"\nrole = "{viewer.role}"\n{employers}'


@pytest.fixture
def haul(published: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Haul]:
    """Collect what the app gives away."""
    with collecting(monkeypatch) as found:
        yield found
