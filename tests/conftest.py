"""What several rooms' tests share: the list of committed files, and one real run on the tiny sample."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.faults.figures import recorded, table

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
settings.load_profile("house")

ROOT = Path(__file__).resolve().parent.parent


def pytest_configure(config: pytest.Config) -> None:
    """Have the tests of faults, in all workers, record their figures."""
    if "THROUGHLINE_FIGURES" not in os.environ:
        folder = tempfile.mkdtemp(prefix="figures-")
        config.add_cleanup(lambda: shutil.rmtree(folder))
        os.environ["THROUGHLINE_FIGURES"] = f"{folder}/figures.jsonl"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was tried and what survived, kills by step among it."""
    if figures := recorded(Path(os.environ["THROUGHLINE_FIGURES"])):
        terminalreporter.section("faults")
        terminalreporter.write("\n".join([*table(figures), ""]))


@pytest.fixture(scope="session")
def committed() -> list[Path]:
    """Return the paths of all committed files, relative to the checkout."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [Path(name) for name in listed.split("\0") if name]


@pytest.fixture(scope="session", autouse=True)
def audited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keep the audit log of all tests and of what they start in a folder of its own, and return it."""
    folder = tmp_path_factory.mktemp("audited") / "audit"
    os.environ["THROUGHLINE_AUDIT"] = str(folder)
    os.environ["THROUGHLINE_AUDIT_SECRET"] = "the tests' own key of the audit log"
    return folder


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Let Ctrl-C interrupt, as at a terminal, this process and those it starts: a shell's background has it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class Project:
    """A data folder of its own, and the command line that works on it as a user would."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.environment: Mapping[str, str] = {
            **os.environ,
            "THROUGHLINE_DATA": str(self.data),
            "THROUGHLINE_KEY_FILE": str(folder / "secrets" / "pseudonym.key"),
            "COLUMNS": "240",
        }

    def throughline(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one command and return what it printed and how it ended."""
        return subprocess.run(
            [sys.executable, "-m", "pipelines", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    def copy_to(self, folder: Path) -> "Project":
        """Return a copy in another place; it keeps its own key."""
        copy = Project(folder)
        shutil.copytree(self.data, copy.data, copy_function=shutil.copy2)
        shutil.copytree(self.data.parent / "secrets", folder / "secrets")
        return copy

    @property
    def published(self) -> Path:
        """The analysts' copy of the published file."""
        return self.data / "published" / "analytics.duckdb"


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return a folder that ``make`` filled, once for all workers of pytest-xdist; tests only read it."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        folder = factory.mktemp(name)
        make(folder)
        return folder
    shared = factory.getbasetemp().parent / "shared"
    shared.mkdir(exist_ok=True)
    folder, done = shared / name, shared / f"{name}.done"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            done.touch()
    return folder


def own(factory: pytest.TempPathFactory, scale: str) -> Project:
    """Return a project in which a sample was written and run once; each worker has a copy, as if it were alone."""

    def make(folder: Path) -> None:
        for command in (("sample", "--scale", scale), ("run",)):
            done = Project(folder).throughline(*command)
            assert done.returncode == 0, f"{command}: {done.stdout}\n{done.stderr}"

    project = Project(once(factory, scale, make))
    return project.copy_to(factory.mktemp(scale)) if "PYTEST_XDIST_WORKER" in os.environ else project


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project in which the tiny sample was written and run once; tests only read it."""
    return own(tmp_path_factory, "tiny")


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project in which the small sample, 80,000 applications, was written and run once: about a minute."""
    return own(tmp_path_factory, "small")
