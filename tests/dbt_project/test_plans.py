"""How DuckDB would run each model: no join that holds every row against every other."""

from pathlib import Path

import pytest

from tests.dbt_project.marketplace import Built

ROOT = Path(__file__).resolve().parents[2] / "dbt_project" / "models"
MODELS = sorted(path.relative_to(ROOT) for path in ROOT.rglob("*.sql"))


def plan(built: Built, sql: str) -> str:
    return str(built.rows(f"explain {sql}")[0][1])


@pytest.mark.parametrize("model", MODELS, ids=str)
def test_a_model_joins_by_keys(empty: Built, model: Path) -> None:
    sql = (empty.result.target / "compiled" / "throughline" / "models" / model).read_text()
    assert "BLOCKWISE_NL_JOIN" not in plan(empty, sql)


def test_a_join_by_more_than_comparisons_is_seen(empty: Built) -> None:
    sql = (
        "select * from marts.fct_projects left join marts.dim_employers on "
        "fct_projects.employer_id = dim_employers.employer_id and coalesce(posted_at >= joined_at, true)"
    )
    assert "BLOCKWISE_NL_JOIN" in plan(empty, sql)
