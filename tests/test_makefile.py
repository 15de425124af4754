"""The commands of the README, as make understands them; nothing is installed here."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(["make", *arguments], cwd=folder, env=inherited, capture_output=True, text=True, check=False)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("target", "command"),
    [
        ("demo", ".venv/bin/throughline demo"),
        ("example", ".venv/bin/python -m pipelines.sample.scenario"),
        ("test", ".venv/bin/python -m pytest"),
        ("lint", ".venv/bin/mypy"),
        ("faults", ".venv/bin/python -m tests.faults"),
        ("bench", ".venv/bin/python -m tests.benchmarks.ingest"),
    ],
)
def test_a_target_makes_its_environment_first(checkout: Path, target: str, command: str) -> None:
    planned = make(checkout, "--dry-run", target).stdout
    assert "--require-hashes -r requirements.lock" in planned
    assert planned.index("requirements.lock") < planned.index(command)


def test_the_environment_is_made_anew_only_when_the_lock_changes(checkout: Path) -> None:
    (checkout / ".venv").mkdir()
    installed = checkout / ".venv" / ".installed"
    installed.touch()
    assert "requirements.lock" not in make(checkout, "--dry-run", "test").stdout
    later = installed.stat().st_mtime + 1  # a touch may fall into the same tick of the file system's clock
    os.utime(checkout / "requirements.lock", (later, later))
    assert "requirements.lock" in make(checkout, "--dry-run", "test").stdout


def test_a_machine_without_python_is_told_what_is_missing(checkout: Path) -> None:
    refused = make(checkout, "test", "CANDIDATES=no-such-python")
    assert refused.returncode != 0
    assert "needs Python 3.11 or newer" in refused.stderr
    assert "no-such-python" in refused.stderr


def test_help_lists_every_target() -> None:
    listed = make(ROOT, "help").stdout
    assert [line.split()[1] for line in listed.splitlines()] == [
        "help",
        "demo",
        "example",
        "test",
        "lint",
        "faults",
        "bench",
        "lock",
        "clean",
    ]
