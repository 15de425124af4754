"""The service files: systemd understands them, they are hardened, and they start commands that exist."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from tests.conftest import ROOT

DEPLOY = ROOT / "dashboards" / "deploy"
UNITS = ("throughline-dashboards@.service", "throughline-run.service", "throughline-run.timer")
SERVICES = UNITS[:2]
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


def test_the_dashboards_see_no_row_that_names_somebody() -> None:
    (hidden,) = [value for key, value in settings(SERVICES[0]) if key == "InaccessiblePaths"]
    assert {each.rpartition("/")[2] for each in hidden.split()} == {"landing", "warehouse", "truth"}
    assert "pseudonym" not in (DEPLOY / SERVICES[0]).read_text()


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_starts_a_command_that_there_is(name: str) -> None:
    program, *words = dict(settings(name))["ExecStart"].replace("%i", "8501").split()
    assert program.endswith("/throughline")
    told = CliRunner().invoke(app, [words[0], "--help"])
    assert told.exit_code == 0
    assert [word for word in words[1:] if word.startswith("--") and word not in told.output] == []


@pytest.mark.parametrize("name", SERVICES)
def test_secrets_are_handed_over_in_files_and_stand_in_no_unit(name: str) -> None:
    handed = {value.partition(":")[0] for key, value in settings(name) if key == "LoadCredential"}
    used = {value.rpartition("%d/")[2] for key, value in settings(name) if key == "Environment" and "%d/" in value}
    assert handed == used
    assert not [value for key, value in settings(name) if key == "Environment" and "SECRET=" in value]


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
