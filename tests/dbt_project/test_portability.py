"""The models' SQL as Spark would read it: what runs on one engine alone stands in a dispatched macro."""

from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from tests.dbt_project.marketplace import Built

ROOT = Path(__file__).resolve().parents[2] / "dbt_project" / "models"
MODELS = sorted(path.relative_to(ROOT) for path in ROOT.rglob("*.sql"))


@pytest.mark.parametrize("model", MODELS, ids=str)
def test_a_model_is_portable_sql(empty: Built, model: Path) -> None:
    sql = (empty.result.target / "compiled" / "throughline" / "models" / model).read_text()
    tree = sqlglot.parse_one(sql, dialect="spark", error_level=sqlglot.ErrorLevel.RAISE)
    assert not list(tree.find_all(exp.Qualify)), "QUALIFY"
    assert not [star for star in tree.find_all(exp.Star) if star.args.get("except_") or star.args.get("except")]
    assert not list(tree.find_all(exp.Array, exp.Struct, exp.List)), "list or struct"
    assert not [group for group in tree.find_all(exp.Group) if group.args.get("all")], "group by all"


@pytest.mark.parametrize("model", MODELS, ids=str)
def test_a_model_casts_by_name(model: Path) -> None:
    assert "::" not in (ROOT / model).read_text()


@pytest.mark.parametrize("model", MODELS, ids=str)
def test_a_model_ends_by_naming_its_last_step(model: Path) -> None:
    last = (ROOT / model).read_text().rstrip().splitlines()[-1]
    assert last.startswith("select * from ")
