"""The constructors of the two borders: names that lead somewhere, severities that follow the rule."""

import pkgutil
import warnings
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.contract import ENTITIES, Entity

with warnings.catch_warnings():  # Great Expectations 1.24 imports deprecated modules.
    warnings.simplefilter("ignore")
    from expectations import border_in, border_out
    from expectations.border_in.contract import schema, shown_key
    from expectations.border_out import Mart, conventions
    from expectations.rows import counting, key_text

ROOT = Path(__file__).resolve().parents[2]
MODELS = {path.stem for path in (ROOT / "dbt_project" / "models" / "marts").rglob("*.sql")}
CRITICAL_AT_THE_BORDER_IN = {
    "schema",
    "missing key",
    "duplicate key",
    "unknown reference above 1 %",
}


def modules(package: Any) -> set[str]:
    return {each.name for each in pkgutil.iter_modules(package.__path__)}


def by_name(entity: Entity) -> str:
    return entity.name


def test_a_module_at_the_border_in_is_called_after_its_entity() -> None:
    assert modules(border_in) - {"contract"} <= set(ENTITIES)


def test_every_mart_and_nothing_else_has_a_module_at_the_border_out() -> None:
    assert modules(border_out) - {"conventions"} == MODELS


@pytest.mark.parametrize("entity", ENTITIES.values(), ids=by_name)
def test_only_the_named_rules_are_critical(entity: Entity) -> None:
    for each in [schema(entity), *border_in.expectations(entity)]:
        assert (each.severity == "critical") == (each.meta["rule"] in CRITICAL_AT_THE_BORDER_IN), each.meta["rule"]


@pytest.mark.parametrize("entity", ENTITIES.values(), ids=by_name)
def test_every_declared_constraint_becomes_an_expectation(entity: Entity) -> None:
    expected = border_in.expectations(entity)
    rules = {(each.meta["rule"], each.meta["column"]) for each in expected}
    for column in entity.columns:
        assert (("missing key", column.name) in rules) == column.key
        assert (("missing value", column.name) in rules) == (column.required and not column.key)
        assert (("allowed values", column.name) in rules) == bool(column.values)
        assert (("unknown reference", column.name) in rules) == bool(column.references)
        assert (("range", column.name) in rules) == (column.minimum is not None or column.maximum is not None)


@pytest.mark.parametrize("entity", ENTITIES.values(), ids=by_name)
def test_a_description_says_what_is_expected(entity: Entity) -> None:
    for each in [schema(entity), *border_in.expectations(entity)]:
        assert each.description.endswith(".")


def test_a_key_about_a_person_is_not_shown() -> None:
    assert shown_key(ENTITIES["student_emails"]) == ()
    assert shown_key(ENTITIES["ats_candidate_emails"]) == ()
    assert shown_key(ENTITIES["projects"]) == ("project_id",)


def test_a_key_of_several_columns_is_one_text() -> None:
    assert key_text(("system", "job_id")) == """concat_ws(' / ', each."system", each."job_id")"""
    assert key_text(()) == "cast(null as varchar)"


def test_counting_returns_one_row_however_many_fail() -> None:
    rows = "select cast(n as varchar) as key_text, n >= 5 as is_unexpected from range(100000) as numbers(n)"
    assert duckdb.sql(counting(rows)).fetchall() == [
        (100000, 99995, '["10","100","1000","10000","10001","10002","10003","10004","10005","10006"]')
    ]


def test_a_column_s_name_is_a_promise_about_its_values() -> None:
    columns = {"is_filled": "BIGINT", "has_consent": "BOOLEAN", "fill_rate": "DOUBLE", "slot_count": "BIGINT"}
    rules = {(each.meta["rule"], each.meta["column"]) for each in conventions.rules(columns, ())}
    assert rules == {("flag", "is_filled"), ("rate", "fill_rate"), ("count", "slot_count")}


def test_a_mart_that_nobody_described_is_held_to_the_conventions() -> None:
    (only,) = border_out.expectations(Mart("fct_new", {"note": "VARCHAR"}))
    assert (only.meta["rule"], only.severity) == ("looks like an e-mail address", "critical")


def test_no_name_or_address_of_the_contract_may_be_published() -> None:
    assert {"given_name", "family_name", "email"} <= conventions.PRIVATE
    assert "name" not in conventions.PRIVATE
