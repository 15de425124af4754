"""A stranger reads the README and nothing else: its commands run, its links lead somewhere."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from dashboards.access.grants import parse_access
from dashboards.access.login import REQUIRED
from tests.conftest import ROOT, Project

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"<!-- run by tests/test_readme.py -->\n```sh\n(.*?)```", README, re.DOTALL)
COMMANDS = [line for block in BLOCKS for line in block.splitlines() if line]


@pytest.fixture(scope="module")
def reader(tiny: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a checkout of links, in which the tiny demo has run."""
    folder = tmp_path_factory.mktemp("reader")
    for name in ("tests", "pipelines", "dashboards", "dbt_project", "expectations", ".venv"):
        if (ROOT / name).exists():
            (folder / name).symlink_to(ROOT / name)
    return tiny.copy_to(folder)


def test_there_are_commands_to_run() -> None:
    assert len(COMMANDS) >= 10


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_readme_runs(reader: Project, command: str) -> None:
    if not (ROOT / ".venv").exists():
        pytest.skip("needs .venv as make makes it; run the tests with make test")
    done = subprocess.run(
        command,
        shell=True,
        cwd=reader.data.parent,
        env=reader.environment,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    if "--check" in command:
        assert "3,000 would load" in done.stdout


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\((?!https?:)([^)#]+)\)", README))))
def test_a_link_of_the_readme_leads_somewhere(target: str) -> None:
    assert (ROOT / target).exists()


@pytest.mark.parametrize("target", sorted(set(re.findall(r"`((?:make|bash) [a-z./]+)`", README))))
def test_a_habit_of_the_readme_exists(target: str) -> None:
    word, name = target.split()
    if word == "make":
        assert f"\n{name}: " in (ROOT / "Makefile").read_text()
    else:
        assert Path(ROOT / name).exists()


def test_the_grants_and_the_secrets_of_the_readme_can_be_followed() -> None:
    secrets, grants = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)[:2]
    assert tuple(tomllib.loads(secrets)["auth"]) == REQUIRED
    assert [each.kind for each in parse_access(ROOT / "README.md", grants).grant] == ["email", "domain", "claim"]
