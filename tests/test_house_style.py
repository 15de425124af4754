"""The rules of the house that a machine can hold; what ruff and mypy already hold is not repeated here."""

import ast
import re
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted(
    path.relative_to(ROOT)
    for room in ("pipelines", "expectations", "dashboards")
    for path in (ROOT / room).rglob("*.py")
)
MODELS = sorted(path.relative_to(ROOT) for path in (ROOT / "dbt_project" / "models").rglob("*.sql"))

FUNCTION_LINES, MODULE_LINES, MODEL_LINES = 50, 300, 100


class Exemption(NamedTuple):
    rule: str
    where: str
    reason: str
    since: str


EXEMPTIONS = [
    Exemption("module length", "pipelines/contract.py", "A declaration of 22 entities, read as a table.", "2026-11-21"),
]
"""The one list of what may break a rule of this file."""

RIM = {
    "pipelines/cli.py": "says when a run began",
    "pipelines/ingest.py": "stamps _loaded_at, and undeclared deliveries with the time of landing",
    "pipelines/ledger.py": "stamps when a file was loaded",
    "pipelines/publish.py": "stamps published_at",
    "pipelines/run.py": "says when a batch, a lock or a generation was made",
    "pipelines/validate.py": "stamps checked_at",
    "pipelines/warehouse.py": "says since when the lock is held",
    "dashboards/audit/__init__.py": "says when somebody looked",
    "dashboards/access/login.py": "says when a sign-in or a grant ends",
    "dashboards/components/workbench.py": "says in the history when a statement was run",
}
"""The modules that may read the wall clock, and what for: never to compute a number."""

CLOCKS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "time_ns"),
    ("time", "localtime"),
    ("time", "gmtime"),
}

SQL_CLOCK = re.compile(r"\b(current_timestamp|current_date|current_time|now\(\)|today\(\)|get_current_timestamp)", re.I)
MACHINE_PATH = re.compile(r"(?<![\w./<-])/(?:work|root|home)/\w")
INDEX = re.compile(r"--(?:extra-)?index-url|https?://[^\s'\"]*(?:pypi\.|/simple\b|artifactory|devpi|/pypi/)")


def exempt(rule: str) -> set[str]:
    return {each.where for each in EXEMPTIONS if each.rule == rule}


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse((ROOT / path).read_text())
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def clock_read(node: ast.AST) -> bool:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    owner = node.func.value
    name = getattr(owner, "id", None) or getattr(owner, "attr", None)
    return (name, node.func.attr) in CLOCKS


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_a_function_fits_on_a_screen(path: Path) -> None:
    long = {f"{path}:{node.name}": length(node) for node in functions(path) if length(node) > FUNCTION_LINES}
    assert not {name: lines for name, lines in long.items() if name not in exempt("function length")}


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_a_module_is_read_in_one_sitting(path: Path) -> None:
    if str(path) not in exempt("module length"):
        assert len((ROOT / path).read_text().splitlines()) <= MODULE_LINES


@pytest.mark.parametrize("path", MODELS, ids=str)
def test_a_model_answers_one_question(path: Path) -> None:
    if str(path) not in exempt("model length"):
        assert len((ROOT / path).read_text().splitlines()) < MODEL_LINES


def test_every_exemption_is_still_needed() -> None:
    assert not [each for each in EXEMPTIONS if not (ROOT / each.where.split(":")[0]).exists() or not each.reason]
    long_modules = {str(path) for path in SOURCES if len((ROOT / path).read_text().splitlines()) > MODULE_LINES}
    assert exempt("module length") <= long_modules


def test_no_module_is_a_drawer_for_everything(committed: list[Path]) -> None:
    drawers = {"utils", "util", "helpers", "helper", "misc", "common"}
    assert not [str(path) for path in committed if drawers & {part.removesuffix(path.suffix) for part in path.parts}]


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_only_the_rim_reads_the_clock(path: Path) -> None:
    if str(path) in RIM:
        return
    nodes = ast.walk(ast.parse((ROOT / path).read_text()))
    assert not [f"line {node.lineno}" for node in nodes if clock_read(node)]


@pytest.mark.parametrize("path", MODELS, ids=str)
def test_no_model_reads_the_clock(path: Path) -> None:
    assert not SQL_CLOCK.search(re.sub(r"--[^\n]*|\{#.*?#\}", "", (ROOT / path).read_text(), flags=re.S))


def test_no_committed_file_names_a_machine_or_an_index(committed: list[Path]) -> None:
    named = []
    for path in committed:
        try:
            text = (ROOT / path).read_text()
        except (UnicodeDecodeError, FileNotFoundError):
            continue
        named += [f"{path}: {found[0]}" for pattern in (MACHINE_PATH, INDEX) if (found := pattern.search(text))]
    assert not named
