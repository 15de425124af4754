"""The same-project comparison over a real build, beside the lift that the sample planted and no model reads."""

from pathlib import Path

import duckdb
import polars as pl
import pytest

from dashboards.economics.comparison import comparison
from dashboards.economics.effects import effect_on_the_treated
from pipelines.pseudonyms import load_pseudonyms
from pipelines.sample import write_sample
from pipelines.sample.calibration import default_calibration
from pipelines.transform import run_dbt
from pipelines.warehouse import open_warehouse
from tests.conftest import Project
from tests.dbt_project.marketplace import KEY

YEAR = pl.duration(days=365)


@pytest.fixture(scope="module")
def unselected(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project with a sample in which nothing unobserved decides who is chosen, built as far as needed."""
    folder = tmp_path_factory.mktemp("unselected")
    project = Project(folder)
    calibration = default_calibration().changed(selection__ability=0.0)
    write_sample(project.data / "landing", folder / "truth", scale="40_000", dirty=False, calibration=calibration)
    done = project.throughline("ingest")
    assert done.returncode == 0, done.stdout + done.stderr
    warehouse = project.data / "warehouse" / "analytics.duckdb"
    connection = open_warehouse(warehouse)
    load_pseudonyms(connection, {1: KEY})
    connection.close()
    chosen = ("--select", "+fct_selection_outcomes", "--exclude-resource-type", "unit_test", "test")
    built = run_dbt(warehouse, folder / "dbt", "build", *chosen)
    assert built.returncode == 0, built.stdout
    return project


def caused_hires(folder: Path, warehouse: duckdb.DuckDBPyConnection, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with ``is_caused``: the host hired within the window, and would not have without the work."""
    keys = warehouse.sql("select student_id as person_id, student_key as person_key from pseudonyms.students").pl()
    pairs = pl.read_parquet(folder / "truth" / "pairs.parquet").join(keys, on="person_id")
    pairs = pairs.select("person_key", "host_id", "completed_date", "event_days", planted="is_caused")
    start = pl.col("completed_date") + pl.duration(days="event_days")
    since = pl.col("first_selected_date")
    follows = (pl.col("completed_date") > since) & (start <= since + YEAR)
    joined = rows.join(pairs, on=["person_key", "host_id"], how="left")
    return joined.with_columns(is_caused=(pl.col("planted") & follows).fill_null(False))


@pytest.mark.slow
def test_the_interval_holds_the_lift_that_the_sample_planted(unselected: Project) -> None:
    """Chosen persons who did not do the work caused nothing; those passed over may complete elsewhere at the host."""
    with duckdb.connect(str(unselected.data / "warehouse" / "analytics.duckdb"), read_only=True) as warehouse:
        rows = warehouse.sql("select * from marts.fct_selection_outcomes where is_compared = 1").pl()
        told = caused_hires(unselected.data.parent, warehouse, rows)
    shares = dict(told.group_by("is_selected").agg(pl.col("is_caused").mean()).iter_rows())
    planted = shares[1] - shares[0]
    effect = effect_on_the_treated(comparison(rows), seed=1)
    assert effect is not None
    assert not effect.is_thin
    assert effect.low < planted < effect.high
    # What is hired all the same is most of it: counting hires as caused would overstate the lift.
    assert effect.treated_rate > effect.high
    assert effect.counterfactual_rate > planted
