"""The rooms of the house and who may look into which: read from the syntax tree, so nothing is imported."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

from pipelines.contract import ENTITIES

ROOT = Path(__file__).resolve().parent.parent
OURS = ("pipelines", "expectations", "dashboards")
SOURCES = sorted(path.relative_to(ROOT) for room in OURS for path in (ROOT / room).rglob("*.py"))

OURS_ALLOWED: dict[str, tuple[str, ...]] = {
    "pipelines.contract": (),
    "pipelines.errors": (),
    "pipelines.settings": ("pipelines.errors",),
    "pipelines.warehouse": ("pipelines.contract", "pipelines.errors"),
    "pipelines.pseudonyms": ("pipelines.contract", "pipelines.errors"),
    "pipelines.sources.*": ("pipelines.contract", "pipelines.errors", "pipelines.sources.*"),
    "pipelines.sample.*": ("pipelines.contract", "pipelines.sample.*"),
    "pipelines.cli": OURS,
    "pipelines.asking": ("pipelines.*", "dashboards.*"),
    "pipelines.__main__": ("pipelines.cli",),
    "pipelines.validate": ("pipelines.*", "expectations.*"),
    "pipelines.failures": ("pipelines.*", "expectations.*"),
    "pipelines.*": ("pipelines.*",),
    "expectations.*": ("pipelines.contract", "expectations.*"),
    "dashboards.*": ("dashboards.*",),
}
"""Room -> rooms that it may import; the first pattern that fits a module binds it."""

THEIRS_ALLOWED: dict[str, tuple[str, ...]] = {
    "pipelines.contract": (),
    "pipelines.warehouse": ("duckdb",),
    "expectations.*": ("great_expectations",),
    "dashboards.intervals": ("numpy",),
    "dashboards.concordance": ("numpy",),
    "dashboards.audition": ("numpy", "polars"),
    "dashboards.rivals": ("numpy", "polars"),
    "dashboards.fairness.finished": ("polars",),
    "dashboards.fairness": ("numpy", "scipy"),
    "dashboards.bands": ("numpy",),
    "dashboards.economics": ("numpy", "polars", "scipy"),
    "dashboards.charts": ("plotly", "polars", "numpy"),
}
"""Room -> packages that it may import, where the room is that narrow."""

KEPT_TO: dict[str, tuple[str, ...]] = {
    "great_expectations": ("pipelines.validate", "expectations.*"),
    "streamlit": ("dashboards.*",),
    "dbt": ("pipelines.transform",),
}
"""Package -> the rooms that may import it."""

HEAVY = ("great_expectations", "dbt", "metricflow", "streamlit", "pandas", "plotly", "polars")
TOP_LEVEL = {"pyproject.toml", "requirements.lock", "Makefile", "README.md", "CHANGELOG.md", "LICENSE"} | {
    *OURS,
    "dbt_project",
    "data",
    "tests",
}


def module_name(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(), filename=str(path))


def names_imported(node: ast.AST, module: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            base = ".".join([*module.split(".")[: -node.level], *([base] if base else [])])
        yield from (f"{base}.{alias.name}" for alias in node.names)


def imports(path: Path, nodes: list[ast.stmt] | None = None) -> set[str]:
    """Return every dotted name that the file imports; ``from a import b`` counts as ``a.b``."""
    module = module_name(path)
    walked = ast.walk(tree(path)) if nodes is None else iter(nodes)
    return {name for node in walked for name in names_imported(node, module)}


def is_in(name: str, rooms: tuple[str, ...]) -> bool:
    """Tell whether a module, or a name imported from one, lies in one of the rooms."""
    return any(fnmatch(f"{name}.", room.removesuffix("*").removesuffix(".") + ".*") for room in rooms)


def rule_for(module: str, rules: dict[str, tuple[str, ...]]) -> tuple[str, ...] | None:
    return next((allowed for room, allowed in rules.items() if is_in(module, (room,))), None)


def in_order(path: Path) -> str:
    return str(path)


@pytest.mark.parametrize("path", SOURCES, ids=in_order)
def test_a_room_imports_only_the_rooms_it_may(path: Path) -> None:
    allowed = rule_for(module_name(path), OURS_ALLOWED) or OURS
    ours = {name for name in imports(path) if name.split(".")[0] in OURS}
    assert not {name for name in ours if not is_in(name, allowed)}, f"{path} may import {allowed or 'nothing of ours'}"


@pytest.mark.parametrize("path", SOURCES, ids=in_order)
def test_a_narrow_room_imports_only_its_packages(path: Path) -> None:
    allowed = rule_for(module_name(path), THEIRS_ALLOWED)
    if allowed is None:
        return
    packages = {name.split(".")[0] for name in imports(path)} - set(sys.stdlib_module_names) - set(OURS)
    assert packages <= set(allowed), f"{path} may import {allowed or 'the standard library alone'}"


@pytest.mark.parametrize("path", SOURCES, ids=in_order)
def test_a_package_that_is_kept_to_a_room_stays_there(path: Path) -> None:
    packages = {name.split(".")[0] for name in imports(path)}
    misplaced = {each for each, rooms in KEPT_TO.items() if each in packages and not is_in(module_name(path), rooms)}
    assert not misplaced, f"{path}: {[(each, KEPT_TO[each]) for each in misplaced]}"


def test_one_dashboard_file_opens_duckdb() -> None:
    openers = {str(path) for path in SOURCES if path.parts[0] == "dashboards" and is_in_package(path, "duckdb")}
    assert openers <= {"dashboards/database.py"}


def test_one_dashboard_file_asks_metricflow() -> None:
    askers = {str(path) for path in SOURCES if path.parts[0] == "dashboards" and is_in_package(path, "metricflow")}
    assert askers <= {"dashboards/metrics.py"}


def is_in_package(path: Path, package: str) -> bool:
    return any(name.split(".")[0].startswith(package) for name in imports(path))


def test_nobody_imports_the_rim() -> None:
    found = [str(path) for path in SOURCES if any(is_in(name, ("pipelines.cli",)) for name in imports(path))]
    assert found == ["pipelines/__main__.py"]


def test_the_rim_imports_rooms_inside_functions_only() -> None:
    path = Path("pipelines/cli.py")
    light = ("pipelines.settings", "pipelines.errors", "pipelines.asking")
    rooms = {name for name in imports(path, tree(path).body) if is_in(name, OURS)}
    heavy = {name for name in rooms if not is_in(name, light)}
    assert not heavy, "a command imports its room in its own function, so that --help is fast"
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, pipelines.cli; print(*sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert not set(HEAVY) & {name.split(".")[0] for name in loaded}


# Views ---------------------------------------------------------------------------------------------------------------

VIEWS = [path for path in SOURCES if path.parts[:2] == ("dashboards", "views")]
COUNTING = {"sum", "mean", "median", "std", "var", "quantile", "min", "max", "round", "abs", "pow", "divmod"} | {
    *("group_by", "agg", "fsum", "fmean", "cumsum", "cum_sum", "rolling_mean", "product", "sub", "mul", "truediv"),
}
"""Functions and methods that work a number out of others."""

SQL = re.compile(r"^\s*(select|SELECT|insert into|delete from|copy|attach)\s|^\s*with\s+\w+\s+as\s*\(|\bmarts\.\w")
"""Our SQL is written in lower case, words for readers are not: "Select a project" is none."""


def holds_text_or_list(node: ast.AST) -> bool:
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return is_text or isinstance(node, ast.JoinedStr | ast.List | ast.Tuple | ast.ListComp)


def is_arithmetic(node: ast.AST) -> bool:
    """Tell whether a node reckons: an operator between numbers, a size that is compared, a function that sums up."""
    if isinstance(node, ast.AugAssign):
        return True
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.USub | ast.Invert) and not isinstance(node.operand, ast.Constant)
    if isinstance(node, ast.Compare):
        return any(called(side) == "len" for side in (node.left, *node.comparators))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return not (holds_text_or_list(node.left) or holds_text_or_list(node.right))
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Sub | ast.Mult | ast.Div | ast.FloorDiv | ast.Mod | ast.Pow)
    return called(node) in COUNTING


def called(node: ast.AST) -> str | None:
    if not isinstance(node, ast.Call):
        return None
    return getattr(node.func, "attr", None) or getattr(node.func, "id", None)


def is_sql(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(SQL.search(node.value))


def breaches(module: ast.Module) -> list[str]:
    """Return what a page may not hold, each with its line."""
    found = [node for node in ast.walk(module) if is_arithmetic(node) or is_sql(node)]
    return [f"line {node.lineno}: {ast.unparse(node)}" for node in found]  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", VIEWS, ids=in_order)
def test_a_page_holds_no_sql_and_no_arithmetic(path: Path) -> None:
    assert not breaches(tree(path))


@pytest.mark.parametrize(
    "text",
    [
        "share = hired / completed",
        "rest = total - known",
        "both = first + second",
        "percent = 100 * share",
        "count += 1",
        "shown = total % 10",
        "loss = -gain",
        "total = sum(counts)",
        "top = max(rates)",
        "tile(round(rate, 2))",
        "average = frame['rate'].mean()",
        "frame.group_by('term').agg(pl.col('n').sum())",
        "if len(rows) > 10: pass",
        "chart(frame.select(pl.col('a') * 2))",
        "query = 'select count(*) from projects'",
        "query = '  with hired as (select 1) select * from hired'",
        "query = f'{column} in (read x of analytics.marts.fct_projects)'",
        "query = f'select {column} from {table}'",
    ],
)
def test_the_rule_for_pages_sees_a_page_that_reckons_or_asks(text: str) -> None:
    assert breaches(ast.parse(text))


@pytest.mark.parametrize(
    "text",
    [
        "scope, mode = page.scope(), page.mode()",
        "tiles('market', scope, [readings[name] for name in (*LIQUIDITY, *MONEY)])",
        "left, right = st.columns([5, 3], gap='small')",
        "label = 'Hired within ' + window",
        "if curve.is_empty(): states.empty('Nothing here', 'Clear a filter.')",
        "page.section('With a school', 'from where people come')",
        "readings = read(scope, METRICS)['hire_through'] if counts['reached'][0] else None",
    ],
)
def test_the_rule_for_pages_lets_layout_pass(text: str) -> None:
    assert not breaches(ast.parse(text))


# One room, one word --------------------------------------------------------------------------------------------------

MODELS = sorted((ROOT / "dbt_project" / "models").rglob("*.sql"))
MARTS = [path for path in MODELS if "marts" in path.parts]
STAGING = [path for path in MODELS if "staging" in path.parts]
STAGED_ENTITIES = [path for path in STAGING if path.parent.name in {entity.group for entity in ENTITIES.values()}]
EXAMPLES = sorted((ROOT / "pipelines" / "sources" / "examples").glob("*"))


@pytest.mark.parametrize("model", MODELS, ids=lambda path: path.stem)
def test_a_model_has_a_twin_that_describes_it(model: Path) -> None:
    assert model.with_suffix(".yml").exists()


@pytest.mark.parametrize("mart", MARTS, ids=lambda path: path.stem)
def test_a_mart_says_what_kind_of_table_it_is(mart: Path) -> None:
    assert re.match(r"(dim|fct|agg|metric)_[a-z_0-9]+$", mart.stem)


@pytest.mark.parametrize("model", [path for path in MODELS if "intermediate" in path.parts], ids=lambda path: path.stem)
def test_an_intermediate_model_says_entity_and_verb(model: Path) -> None:
    assert re.match(r"int_[a-z0-9]+_[a-z_0-9]+$", model.stem)


@pytest.mark.parametrize("model", STAGING, ids=lambda path: path.stem)
def test_a_staging_model_is_called_after_its_group(model: Path) -> None:
    assert model.stem.startswith(f"stg_{model.parent.name}__")


@pytest.mark.parametrize("model", STAGED_ENTITIES, ids=lambda path: path.stem)
def test_a_staging_model_stages_an_entity_of_its_group(model: Path) -> None:
    entity = model.stem.split("__", 1)[1]
    assert entity in ENTITIES, f"{model.name} names no entity of the contract"
    assert ENTITIES[entity].group == model.parent.name


def test_an_entity_has_exactly_one_staging_model() -> None:
    assert sorted(path.stem.split("__", 1)[1] for path in STAGED_ENTITIES) == sorted(ENTITIES)


@pytest.mark.parametrize("model", MODELS, ids=lambda path: path.stem)
def test_only_staging_reads_the_raw_tables(model: Path) -> None:
    if model not in STAGING:
        assert not re.search(r"\bsource\s*\(", model.read_text())


LAYERS = ("staging", "intermediate", "marts")
LAYER_OF = {model.stem: model.relative_to(ROOT / "dbt_project" / "models").parts[0] for model in MODELS}


def referred(model: Path) -> set[str]:
    """Return the models that one reads; a seed is of no layer and may be read by all but staging."""
    return set(re.findall(r"\bref\(\s*['\"](\w+)['\"]\s*\)", model.read_text()))


def looks_up(model: Path) -> bool:
    """Tell whether a model reads one of a later layer, or staging a seed."""
    own = LAYERS.index(LAYER_OF[model.stem])
    return any(
        LAYERS.index(LAYER_OF.get(name, "intermediate" if own == 0 else "staging")) > own for name in referred(model)
    )


@pytest.mark.parametrize("model", MODELS, ids=lambda path: path.stem)
def test_a_model_reads_down_the_layers_only(model: Path) -> None:
    assert not looks_up(model), f"{model.stem} reads {sorted(referred(model))}"


def test_a_source_s_example_has_the_name_of_its_test() -> None:
    tested = {path.stem for path in (ROOT / "tests").rglob("test_*.py")}
    names = {path.name.split(".")[0] for path in EXAMPLES if path.name != "__init__.py"}
    assert not {name for name in names if f"test_{name}" not in tested}


def test_an_api_source_has_a_test_of_its_name() -> None:
    modules = {path.stem for path in (ROOT / "pipelines" / "sources").glob("[!_]*.py")}
    tested = {path.stem for path in (ROOT / "tests" / "pipelines" / "sources").rglob("test_*.py")}
    assert not {name for name in modules if f"test_{name}" not in tested}


def test_the_top_level_is_fixed(committed: list[Path]) -> None:
    tops = {path.parts[0] for path in committed}
    assert not {top for top in tops if not top.startswith(".")} - TOP_LEVEL
