"""The models' SQL as Spark would read it: what runs on one engine alone stands in a dispatched macro.

What is looked at is the compiled text of every model, the macros' output included. The published table macros are
their text too: `agg_*_curve` compile it.
"""

from pathlib import Path

import pytest

from tests.dbt_project.marketplace import Built
from tests.dbt_project.portability import breaches, orders_that_differ

ROOT = Path(__file__).resolve().parents[2] / "dbt_project" / "models"
MODELS = sorted(path.relative_to(ROOT) for path in ROOT.rglob("*.sql"))

NEVER_NULL = {
    "MIN(approved_at)": "only approved engagements are taken together",
    "MIN(posted_at)": "a posted project says when",
    "amount": "units without an amount are left out first",
    "approved_at": "only approved engagements are numbered by it",
    "completed_at": "only completed projects are numbered by it",
    "curve_day": "a curve's days come from exits, which are never NULL",
    "department": "only departments that are named are numbered",
    "month_start_date": "a spine of months",
    "selected_at": "only those chosen are numbered by it",
    "start_date": "a hire without a start is none",
    "term_start_date": "a spine of terms",
    "terms_since_joining": "counted from the term of joining, which every employer has",
}
"""Ordered by without saying where NULL stands, beside keys (`..._id`, `..._key`): column -> why it needs not."""


def compiled(built: Built, model: Path) -> str:
    return (built.result.target / "compiled" / "throughline" / "models" / model).read_text()


@pytest.mark.parametrize("model", MODELS, ids=str)
def test_a_model_is_portable_sql(empty: Built, model: Path) -> None:
    assert breaches(compiled(empty, model)) == []


@pytest.mark.parametrize("model", MODELS, ids=str)
def test_a_model_says_where_nulls_stand_when_it_orders(empty: Built, model: Path) -> None:
    unsaid = set(orders_that_differ(compiled(empty, model)))
    assert {name for name in unsaid if not name.endswith(("_id", "_key")) and name not in NEVER_NULL} == set()


def test_every_exception_from_the_order_of_nulls_is_still_needed(empty: Built) -> None:
    unsaid = {name for model in MODELS for name in orders_that_differ(compiled(empty, model))}
    assert set(NEVER_NULL) <= unsaid


@pytest.mark.parametrize("model", MODELS, ids=str)
def test_a_model_casts_by_name(model: Path) -> None:
    assert "::" not in (ROOT / model).read_text()


@pytest.mark.parametrize("model", MODELS, ids=str)
def test_a_model_ends_by_naming_its_last_step(model: Path) -> None:
    last = (ROOT / model).read_text().rstrip().splitlines()[-1]
    assert last.startswith("select * from ")


@pytest.mark.parametrize(
    ("sql", "breach"),
    [
        ("select a from t qualify row_number() over (order by a) = 1", "qualify"),
        ("select count(*) filter (where a > 0) as n from t", "filter"),
        ("select array(1, 2) as a", "list"),
        ("select struct(1 as x) as a", "struct"),
        ("select a[1] as a from t", "subscript"),
        ("select a, count(*) as n from t group by all", "group by all"),
        ("select a::bigint as a from t", "::"),
        ("select cast(a as hugeint) as a from t", "cast to"),
        ("select cast(a as varchar) as a from t", "cast to varchar"),
        ("select cast(a as decimal) as a from t", "cast to DECIMAL"),
        ("select list_contains(a, 1) as a from t", "function list_contains"),
        ("select strftime(a, '%Y') as a from t", "function strftime"),
        ("select arg_max(a, b) as a from t", "function arg_max"),
        ("select sum(epoch(a)) as a from t", "function epoch in sum"),
        ("select a from t where a ilike 'x'", "ilike"),
    ],
)
def test_a_breach_is_found(sql: str, breach: str) -> None:
    assert any(breach in found for found in breaches(sql)), breaches(sql)


def test_what_dbt_s_own_macros_write_for_duckdb_is_no_breach() -> None:
    assert breaches("select date_diff('day', a::timestamp, b::timestamp) as days from t") == []


@pytest.mark.parametrize(
    ("order", "differs"),
    [
        ("a", ["a"]),
        ("a desc", []),
        ("a nulls last", []),
        ("a desc nulls last", []),
        ("case when a > 0 then 1 else 0 end", []),
        ("case when a > 0 then 1 end", ["CASE WHEN a > 0 THEN 1 END"]),
    ],
)
def test_an_order_in_which_engines_put_nulls_at_different_ends_is_found(order: str, differs: list[str]) -> None:
    assert list(orders_that_differ(f"select row_number() over (order by {order}) as n from t")) == differs
