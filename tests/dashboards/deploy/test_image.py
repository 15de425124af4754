"""The image of the dashboards: what it copies exists, what it installs is locked, and it starts from that alone."""

import ast
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from importlib.metadata import packages_distributions
from pathlib import Path
from secrets import token_urlsafe
from subprocess import DEVNULL
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.browser.serving import free_port, wait_for
from tests.conftest import ROOT, Project

DEPLOY = ROOT / "dashboards" / "deploy"
TEXT = re.sub(r"^#.*\n", "", (DEPLOY / "Dockerfile").read_text(), flags=re.MULTILINE).replace("\\\n", " ")
INSTRUCTIONS = [line.split(maxsplit=1) for line in TEXT.splitlines() if line.strip()]
SETTINGS = {
    name: value for key, rest in INSTRUCTIONS if key == "ENV" for name, value in re.findall(r"(\w+)=(\S+)", rest)
}
HOST = "dashboards.example.com"
PINS = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)


def only(keyword: str) -> str:
    (found,) = [rest for key, rest in INSTRUCTIONS if key == keyword]
    return found


def imported() -> set[str]:
    """Return the packages, not our own and not Python's, that a file of the dashboards imports."""
    names: set[str] = set()
    for path in (ROOT / "dashboards").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.split(".")[0])
    return names - set(sys.stdlib_module_names) - {"dashboards"}


def named(path: Path) -> set[str]:
    return {line for line in path.read_text().splitlines() if line and not line.startswith("#")}


def test_everything_that_is_copied_exists_and_nothing_but_the_dashboards_is() -> None:
    sources = [source for key, rest in INSTRUCTIONS if key == "COPY" for source in rest.split()[:-1]]
    assert sources
    for source in sources:
        assert (ROOT / source).exists(), source
        assert Path(source).parts[0] == "dashboards"


def test_the_image_has_what_the_dashboards_import() -> None:
    distributions = packages_distributions()
    wanted = {min(distributions[name], key=len).lower() for name in imported()}
    by_streamlit = {"authlib"}
    assert {each.replace("-semantics", "") for each in wanted} | by_streamlit == named(DEPLOY / "requirements.in")


def test_its_versions_are_those_of_the_lock() -> None:
    locked, deployed = (dict(PINS.findall((folder / "requirements.lock").read_text())) for folder in (ROOT, DEPLOY))
    assert named(DEPLOY / "requirements.in") <= set(deployed)
    assert deployed.items() <= locked.items()
    assert not set(deployed) & {"dbt-core", "great-expectations", "pytest", "playwright"}
    assert "--require-hashes" in only("RUN")


def test_it_runs_as_nobody_in_particular_on_a_pinned_python_and_holds_no_secret() -> None:
    assert re.fullmatch(r"python:3\.11\.\d+-slim-bookworm", only("FROM"))
    user = only("USER")
    assert user.split(":")[0].isdigit()
    assert int(user.split(":")[0]) > 0
    assert not [name for name in SETTINGS if re.search("SECRET|PASSWORD|TOKEN|KEY", name)]


@pytest.fixture
def started(tiny: Project, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Start the image's own command on what is copied alone; the folders and the port are the test's."""
    shutil.copytree(ROOT / "dashboards", tmp_path / "dashboards", ignore=shutil.ignore_patterns("__pycache__"))
    secrets = tmp_path / ".secrets"
    secrets.mkdir()
    (secrets / "access.toml").write_text('contact = "data@example.com"\n')
    (secrets / "login.toml").write_text(
        '[auth]\nredirect_uri = "https://dashboards.example.com/oauth2callback"\nclient_id = "throughline"\n'
        f'cookie_secret = "{token_urlsafe(40)}"\nclient_secret = "{token_urlsafe(20)}"\n'
        'server_metadata_url = "https://identity.example.com/.well-known/openid-configuration"\n'
    )
    port = str(free_port())
    words = json.loads(only("CMD"))
    assert words[0] == "python"
    command = [{"0.0.0.0": "127.0.0.1", "8501": port, "python": sys.executable}.get(word, word) for word in words]
    folders = {f"THROUGHLINE_{name}": str(tmp_path / name.lower()) for name in ("EXTRACTS", "AUDIT")}
    environment = {name: value.replace("/app", str(tmp_path)) for name, value in SETTINGS.items()} | folders
    environment |= {
        "HOME": str(tmp_path),
        "THROUGHLINE_PUBLISHED": str(tiny.data / "published"),
        "THROUGHLINE_HOSTS": HOST,
    }
    server = subprocess.Popen(command, cwd=tmp_path, env=environment, stdin=DEVNULL, stdout=DEVNULL)
    try:
        wait_for(server, f"http://127.0.0.1:{port}")
        yield server, port
    finally:
        server.kill()
        server.wait()


def socket_status(port: str, host: str) -> int:
    """Ask for the socket of a session under the name of a host and return the answer's status."""
    connection = HTTPConnection("127.0.0.1", int(port), timeout=20)
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    connection.request(
        "GET", "/_stcore/stream", headers={**upgrade, "Sec-WebSocket-Key": "A" * 22 + "==", "Host": host}
    )
    status = connection.getresponse().status
    connection.close()
    return status


def test_it_starts_behind_a_login_with_nothing_of_the_checkout_but_what_is_copied(
    started: tuple[subprocess.Popen[bytes], str],
) -> None:
    server, port = started
    with pytest.raises(HTTPError, match="404"):
        urlopen(f"http://127.0.0.1:{port}/_stcore/metrics", timeout=20)
    assert socket_status(port, HOST) == 101
    assert socket_status(port, "elsewhere.example.net") == 403
    check = [word.replace("8501", port) for word in json.loads(only("HEALTHCHECK").partition("CMD")[2])[1:]]
    assert subprocess.run([sys.executable, *check], check=False).returncode == 0
    server.terminate()
    server.wait(timeout=20)
    assert subprocess.run([sys.executable, *check], stderr=DEVNULL, check=False).returncode != 0


def test_a_login_that_is_named_and_not_there_starts_nothing(tiny: Project, tmp_path: Path) -> None:
    """Else a wrong path would turn the login into a demonstration."""
    environment = {**tiny.environment, "THROUGHLINE_LOGIN_FILE": str(tmp_path / "login.toml")}
    command = [sys.executable, "-m", "dashboards.server", "127.0.0.1", str(free_port())]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 1
    assert "login.toml: expected a file with the section [auth], found nothing" in done.stderr


@pytest.mark.parametrize("path", ["dashboards/app.py", "dashboards/.streamlit/config.toml"])
def test_what_the_builder_sees_has_the_dashboards(path: str) -> None:
    """The file beside the Dockerfile leaves everything out, then takes the dashboards in."""
    lines = [
        line for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines() if line[:1] not in ("#", "")
    ]
    assert lines[:2] == ["**", "!dashboards/**"]
    assert (ROOT / path).exists()
    assert not [pattern for pattern in lines[2:] if Path(path).match(pattern.removeprefix("**/"))]
