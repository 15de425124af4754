"""The models' own unit tests, which a production build leaves out."""

import shutil
from pathlib import Path

from pipelines.transform import read_results, run_dbt
from tests.dbt_project.marketplace import Built


def test_every_unit_test_of_a_model_passes(empty: Built, tmp_path: Path) -> None:
    warehouse = tmp_path / "analytics.duckdb"
    shutil.copy(empty.path, warehouse)
    done = run_dbt(warehouse, tmp_path / "dbt", "test", "--select", "test_type:unit")
    results = read_results(tmp_path / "dbt")
    failed = {node.name: node.message for node in results.failed}
    assert not failed
    assert done.returncode == 0, done.stdout
    assert results.count("unit_test") >= 9
