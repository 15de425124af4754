"""What every mart promises a reader: comments, plain types, and a project that says each thing once."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from tests.dbt_project.marketplace import Built

MODELS = Path(__file__).resolve().parents[2] / "dbt_project" / "models"
MARTS = sorted(path.stem for path in (MODELS / "marts").glob("*.sql"))
PROMISED = {
    "applications", "selection_rate", "fill_rate_14_days", "fill_rate_30_days", "fill_rate_60_days", "completion_rate",
    "on_time_rate", "offer_through", "hire_through_matured", "nace_conversion_rate", "gmv_booked", "gmv_recognised",
    "take_rate",
}  # fmt: skip


def model(path: Path) -> dict[str, Any]:
    (entry,) = yaml.safe_load(path.read_text())["models"]
    return dict(entry)


def metrics() -> dict[str, dict[str, Any]]:
    found = [metric for path in (MODELS / "marts").glob("*.yml") for metric in model(path).get("metrics", [])]
    return {metric["name"]: metric for metric in found}


def test_every_mart_is_built(empty: Built) -> None:
    sql = "select table_name from duckdb_tables() where schema_name = 'marts' order by 1"
    assert [name for (name,) in empty.rows(sql)] == MARTS


def test_every_mart_and_every_column_carries_a_comment(empty: Built) -> None:
    silent = "schema_name = 'marts' and coalesce(comment, '') = ''"
    assert empty.rows(f"select table_name from duckdb_tables() where {silent}") == []
    assert empty.rows(f"select table_name, column_name from duckdb_columns() where {silent}") == []


def test_no_mart_holds_a_type_that_readers_are_slow_with(empty: Built) -> None:
    slow = (
        "select table_name, column_name, data_type from duckdb_columns() where schema_name = 'marts' "
        "and (data_type like '%HUGEINT' or data_type like 'DECIMAL(38%')"
    )
    assert empty.rows(slow) == []


def test_a_flag_is_a_number_that_sums_or_an_attribute_that_is_true_or_false(empty: Built) -> None:
    flags = "schema_name = 'marts' and starts_with(column_name, 'is_')"
    kinds = empty.rows(f"select distinct data_type from duckdb_columns() where {flags} order by 1")
    assert kinds == [("BIGINT",), ("BOOLEAN",)]


def test_the_published_table_macro_carries_a_comment(empty: Built) -> None:
    sql = (
        "select comment from duckdb_functions() where schema_name = 'marts' and function_name = 'cumulative_incidence'"
    )
    (comment,) = empty.one(sql)
    assert "Aalen-Johansen" in comment


def test_every_model_says_what_one_row_is() -> None:
    unsaid = [
        path.stem for path in MODELS.rglob("*.yml")
        if not path.stem.endswith("__sources") and not model(path)["description"].strip().startswith("One row per ")
    ]  # fmt: skip
    assert not unsaid


def test_every_model_has_a_tested_key() -> None:
    keyless = []
    for path in MODELS.rglob("*.yml"):
        if path.stem.endswith("__sources"):
            continue
        entry = model(path)
        tests = [
            *entry.get("data_tests", []),
            *(test for column in entry.get("columns", []) for test in column.get("data_tests", [])),
        ]
        names = {test if isinstance(test, str) else next(iter(test)) for test in tests}
        if not names & {"key", "unique_key", "exactly_one_row", "not_null"}:
            keyless.append(path.stem)
    assert not keyless


def test_every_mart_has_an_identity_of_accounting() -> None:
    for name in MARTS:
        tests = model(MODELS / "marts" / f"{name}.yml").get("data_tests", [])
        assert any("holds" in test or "same_total" in test for test in tests if isinstance(test, dict)), name


def test_no_description_within_a_mart_is_pasted() -> None:
    for name in MARTS:
        said = Counter(column["description"] for column in model(MODELS / "marts" / f"{name}.yml")["columns"])
        assert not [text for text, times in said.items() if times > 1], name


def test_every_promised_metric_is_defined() -> None:
    assert set(metrics()) >= PROMISED


def test_rates_are_zero_to_one_and_never_percent() -> None:
    assert not [name for name in metrics() if re.search(r"(pct|percent)", name)]
    rates = {name for name, metric in metrics().items() if name.endswith("_rate") or "_rate_" in name}
    assert {metrics()[name]["config"]["meta"]["unit"] for name in rates} == {"share"}
