"""The service files: systemd understands them, they are hardened, and they start commands that exist."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.settings import Settings
from tests.conftest import ROOT

DEPLOY = ROOT / "dashboards" / "deploy"
UNITS = ("throughline-dashboards@.service", "throughline-run.service", "throughline-run.timer")
SERVICES = UNITS[:2]
ENVIRONMENT = (DEPLOY / "throughline.env").read_text()
HARDENED = {
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "PrivateUsers": "yes",
    "RestrictNamespaces": "yes",
    "RestrictSUIDSGID": "yes",
    "SystemCallArchitectures": "native",
    "User": "throughline",
}


def settings(name: str) -> list[tuple[str, str]]:
    lines = (DEPLOY / name).read_text().splitlines()
    return [(line.partition("=")[0], line.partition("=")[2]) for line in lines if re.match(r"[A-Z]\w+=", line)]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_may_do_little_and_write_in_its_own_folders_alone(name: str) -> None:
    assert HARDENED.items() <= dict(settings(name)).items()
    (writable,) = [value.split() for key, value in settings(name) if key == "ReadWritePaths"]
    assert all(each.startswith("/srv/throughline/data") for each in writable)


def hidden(name: str) -> set[str]:
    """Return the names of files and folders that a service cannot see."""
    values = [value for key, value in settings(name) if key == "InaccessiblePaths"]
    return {each.rpartition("/")[2] for value in values for each in value.split()}


def test_neither_service_sees_what_is_the_other_s() -> None:
    assert hidden(SERVICES[0]) == {"landing", "warehouse", "truth", "journal", "pseudonym.key"}
    assert hidden(SERVICES[1]) == {"login.toml", "extract.key", "audit.key", "audit"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_starts_a_command_that_there_is(name: str) -> None:
    program, *words = dict(settings(name))["ExecStart"].replace("%i", "8501").split()
    assert program.endswith("/throughline")
    told = CliRunner().invoke(app, [words[0], "--help"])
    assert told.exit_code == 0
    assert [word for word in words[1:] if word.startswith("--") and word not in told.output] == []


def test_every_setting_of_the_environment_is_one_that_is_read_and_none_is_a_secret() -> None:
    named = {line.partition("=")[0] for line in ENVIRONMENT.splitlines() if not line.startswith("#")}
    sources = [path.read_text() for room in ("dashboards", "pipelines") for path in (ROOT / room).rglob("*.py")]
    read = {name for text in sources for name in re.findall(r"THROUGHLINE_[A-Z_]+", text)}
    read |= {f"THROUGHLINE_{name.upper()}" for name in Settings.model_fields}
    assert named <= read
    assert [name for name in named if name.endswith("SECRET")] == []
    assert all(dict(settings(name))["EnvironmentFile"] == "/etc/throughline/environment" for name in SERVICES)


def test_what_a_service_cannot_see_is_where_the_environment_says() -> None:
    for name in SERVICES:
        for value in (value for key, value in settings(name) if key == "InaccessiblePaths"):
            for path in (each.removeprefix("-") for each in value.split()):
                assert path in ENVIRONMENT or path.startswith("/srv/throughline/data/"), path


@pytest.fixture
def installed(tmp_path: Path) -> list[Path]:
    """Return the units as a machine would have them, with a command that is there."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("needs systemd-analyze on the path (Debian: apt-get install systemd)")
    paths = [tmp_path / name.replace("@.", "@8501.") for name in UNITS]
    for name, path in zip(UNITS, paths, strict=True):
        path.write_text((DEPLOY / name).read_text().replace("/opt/throughline/.venv/bin/throughline", "/bin/true"))
    return paths


def test_systemd_understands_the_units(installed: list[Path], tmp_path: Path) -> None:
    sound = subprocess.run(["systemd-analyze", "verify", *installed], capture_output=True, text=True, check=False)
    assert (sound.returncode, sound.stderr) == (0, "")
    wrong = tmp_path / "wrong.service"
    wrong.write_text(installed[1].read_text().replace("ProtectSystem=strict", "ProtectSystem=strictly"))
    assert subprocess.run(["systemd-analyze", "verify", wrong], capture_output=True, text=True, check=False).stderr


def test_systemd_finds_little_exposed(installed: list[Path]) -> None:
    """Its measure goes from 0 to 10, times 10 here; a service without any of these lines is at 9.6."""
    command = ["systemd-analyze", "security", "--offline=yes", "--threshold=20", *installed[:2]]
    judged = subprocess.run(command, capture_output=True, text=True, check=False)
    assert judged.returncode == 0, judged.stdout[-2000:]
