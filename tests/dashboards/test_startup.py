"""``throughline dashboard`` starts where a login or a demonstration may be served, and nowhere else."""

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.browser.serving import free_port, wait_for
from tests.conftest import ROOT, Project
from tests.dashboards.people import AUTH, grant, write_access

ELSEWHERE = "127.0.0.2"
"""Of this machine too, but no address on which a demonstration may be served."""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a home folder; what a test writes to its secrets.toml configures the login."""
    (tmp_path / "home" / ".streamlit").mkdir(parents=True)
    return tmp_path / "home"


def configure(home: Path, **changed: str | None) -> None:
    auth = {key: value for key, value in {**AUTH, **changed}.items() if value is not None}
    text = "[auth]\n" + "\n".join(f'{key} = "{value}"' for key, value in auth.items())
    (home / ".streamlit" / "secrets.toml").write_text(text)


def started(project: Project, home: Path, address: str, port: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "pipelines", "dashboard", "--address", address, "--port", str(port)]
    more = {"HOME": str(home), "THROUGHLINE_ACCESS": str(home / "access.toml")}
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env={**project.environment, **more},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def refused(project: Project, home: Path, address: str = "127.0.0.1") -> str:
    """Return what the command said when it refused to start; fail where it served."""
    server = started(project, home, address, free_port())
    try:
        told, _ = server.communicate(timeout=60)
    finally:
        server.kill()
    assert server.returncode == 1
    assert "You can now view" not in told, "it refuses before it listens"
    return told


def served_by_command(project: Project, home: Path, address: str) -> None:
    port = free_port()
    server = started(project, home, address, port)
    try:
        wait_for(server, f"http://{address}:{port}")  # type: ignore[arg-type]
    finally:
        server.terminate()
        server.communicate(timeout=20)


@pytest.fixture
def real(tiny: Project, tmp_path: Path) -> Project:
    """Return a sample beside which one delivery landed that does not say that it is synthetic."""
    project = tiny.copy_to(tmp_path / "real")
    folder = project.data / "landing" / "platform" / "2026-08-02"
    folder.mkdir()
    (folder / "delivery.toml").write_text('source = "platform"\ndelivered_at = 2026-08-02T06:00:00Z\n')
    (folder / "employer_domains.csv").write_text("employer_id,domain\nE00001,one.example\n")
    done = project.throughline("run", "--accept", "a delivery of a test")
    assert done.returncode == 0, done.stdout + done.stderr
    return project


def test_a_demonstration_is_served_on_synthetic_data_and_on_the_loopback(tiny: Project, home: Path) -> None:
    served_by_command(tiny, home, "127.0.0.1")
    assert "Choosing a role is for demonstrations" in refused(tiny, home, ELSEWHERE)


def test_other_data_than_synthetic_need_a_login(real: Project, home: Path) -> None:
    assert "Choosing a role is for demonstrations" in refused(real, home)
    with duckdb.connect(str(real.published), read_only=True) as connection:
        found = connection.sql("select is_synthetic, has_synthetic from meta.build_facts").fetchall()
    assert found == [(False, True)]
    configure(home)
    write_access(home / "access.toml", grant("ada@a.example", "admin"))
    served_by_command(real, home, ELSEWHERE)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"cookie_secret": None}, "[auth] cookie_secret: expected a text, found nothing"),
        ({"cookie_secret": "change-me-" * 4}, "[auth] cookie_secret: expected a secret of your own, found a place"),
        ({"redirect_uri": "http://people.example/oauth2callback"}, "[auth] redirect_uri: expected an address"),
    ],
)  # fmt: skip
def test_a_login_with_missing_or_default_secrets_is_not_served(
    tiny: Project, home: Path, changed: dict[str, str | None], told: str
) -> None:
    configure(home, **changed)
    write_access(home / "access.toml", grant("ada@a.example", "admin"))
    assert told in refused(tiny, home)


def test_a_login_without_grants_or_with_broken_ones_is_not_served(tiny: Project, home: Path) -> None:
    configure(home)
    assert "access.toml: expected a readable file of grants" in refused(tiny, home)
    (home / "access.toml").write_text("contact = 7")
    assert "access.toml: contact: expected a valid string, found 7" in refused(tiny, home)


def test_an_empty_section_of_the_login_is_no_demonstration(tiny: Project, home: Path) -> None:
    (home / ".streamlit" / "secrets.toml").write_text("[auth]\n")
    assert "secrets.toml, auth: expected a section" in refused(tiny, home)
