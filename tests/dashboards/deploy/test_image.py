"""The image of the dashboards: what it copies exists, what it installs is locked, and it starts from that alone."""

import ast
import json
import re
import shutil
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path
from secrets import token_urlsafe

import pytest

from tests.browser.serving import free_port, wait_for
from tests.conftest import ROOT, Project

DEPLOY = ROOT / "dashboards" / "deploy"
TEXT = re.sub(r"^#.*\n", "", (DEPLOY / "Dockerfile").read_text(), flags=re.MULTILINE).replace("\\\n", " ")
INSTRUCTIONS = [line.split(maxsplit=1) for line in TEXT.splitlines() if line.strip()]
SETTINGS = {
    name: value for key, rest in INSTRUCTIONS if key == "ENV" for name, value in re.findall(r"(\w+)=(\S+)", rest)
}
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


def test_it_starts_with_nothing_of_the_checkout_but_what_is_copied(tiny: Project, tmp_path: Path) -> None:
    """The image's own command, with a free port of the loopback in place of its own and the folders of the test."""
    shutil.copytree(ROOT / "dashboards", tmp_path / "dashboards", ignore=shutil.ignore_patterns("__pycache__"))
    secrets = tmp_path / ".secrets"
    secrets.mkdir()
    (secrets / "access.toml").write_text('contact = "data@example.com"\n')
    (secrets / "secrets.toml").write_text(
        '[auth]\nredirect_uri = "https://dashboards.example.com/oauth2callback"\nclient_id = "throughline"\n'
        f'cookie_secret = "{token_urlsafe(40)}"\nclient_secret = "{token_urlsafe(20)}"\n'
        'server_metadata_url = "https://identity.example.com/.well-known/openid-configuration"\n'
    )
    port = str(free_port())
    words = [sys.executable, *json.loads(only("CMD"))[1:]]
    there = {"0.0.0.0": "127.0.0.1", "8501": port, "/app/.secrets/secrets.toml": str(secrets / "secrets.toml")}
    assert set(there) <= set(words)
    environment = {name: value.replace("/app", str(tmp_path)) for name, value in SETTINGS.items()}
    for name in ("EXTRACTS", "AUDIT"):
        environment[f"THROUGHLINE_{name}"] = str(tmp_path / name.lower())
    environment |= {"HOME": str(tmp_path), "THROUGHLINE_PUBLISHED": str(tiny.data / "published")}
    command = [there.get(word, word) for word in words]
    server = subprocess.Popen(command, cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        wait_for(server, f"http://127.0.0.1:{port}")
        asked = [word.replace("8501", port) for word in json.loads(only("HEALTHCHECK").partition("CMD")[2])[1:]]
        assert subprocess.run([sys.executable, *asked], check=False).returncode == 0
        server.terminate()
        server.wait(timeout=20)
        assert subprocess.run([sys.executable, *asked], stderr=subprocess.DEVNULL, check=False).returncode != 0
    finally:
        server.kill()
        server.wait()
        server.stderr.close()  # type: ignore[union-attr]


@pytest.mark.parametrize("path", ["dashboards/app.py", "dashboards/.streamlit/config.toml"])
def test_what_the_builder_sees_has_the_dashboards(path: str) -> None:
    """The file beside the Dockerfile leaves everything out, then takes the dashboards in."""
    lines = [
        line for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines() if line[:1] not in ("#", "")
    ]
    assert lines[:2] == ["**", "!dashboards/**"]
    assert (ROOT / path).exists()
    assert not [pattern for pattern in lines[2:] if Path(path).match(pattern.removeprefix("**/"))]
