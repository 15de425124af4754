"""One dbt process on a closed warehouse: what comes back, and what is said when it fails."""

import json
from pathlib import Path

import pytest

from pipelines.errors import BuildFailed, PublishRefused
from pipelines.failures import failing_rows
from pipelines.settings import Settings
from pipelines.transform import BuildResult, Node, build, failure, failure_message, read_results, startup_message
from pipelines.warehouse import open_warehouse, prepare


def test_a_warehouse_open_elsewhere_is_named_and_nothing_is_built(tmp_path: Path) -> None:
    warehouse = tmp_path / "analytics.duckdb"
    with open_warehouse(warehouse) as connection:
        prepare(connection)
        with pytest.raises(BuildFailed, match="open in another process"):
            build(warehouse)


def test_a_failing_test_is_named_with_the_way_to_its_rows(tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse" / "analytics.duckdb"
    with open_warehouse(warehouse) as connection:
        prepare(connection)
    with pytest.raises(PublishRefused) as failed:
        build(warehouse)
    message = str(failed.value)
    assert "test exactly_one_row_stg_ops__as_of_: expected no row, found 1" in message
    assert failed.value.next_command == "throughline failures exactly_one_row_stg_ops__as_of_"
    shown = failing_rows(Settings(data=tmp_path), "exactly_one_row_stg_ops__as_of_", 5)
    assert shown.rows() == [(0,)]


def test_results_are_read_with_their_kinds_and_counts(tmp_path: Path) -> None:
    entry = {"status": "success", "message": "OK", "failures": None, "execution_time": 0.25}
    results = [
        {**entry, "unique_id": "model.throughline.dim_dates"},
        {
            **entry,
            "unique_id": "test.throughline.unique_dim_dates_date_day.0123abcdef",
            "status": "fail",
            "failures": 3,
        },
        {**entry, "unique_id": "test.throughline.a_rule.0123abcdef", "status": "warn", "failures": 1},
        {**entry, "unique_id": "model.throughline.later", "status": "skipped"},
    ]
    (tmp_path / "run_results.json").write_text(json.dumps({"elapsed_time": 1.5, "results": results}))
    result = read_results(tmp_path)
    assert (result.count("model"), result.count("test"), result.seconds) == (1, 2, 1.5)
    assert [(node.name, node.failures) for node in result.failed] == [("unique_dim_dates_date_day", 3)]
    assert [node.name for node in result.warnings] == ["a_rule"]


def test_a_model_that_failed_is_told_in_the_engine_s_words(tmp_path: Path) -> None:
    node = Node("dim_dates", "model", "error", "Binder Error: no such column", 0, 0.1)
    both = BuildResult((node, Node("a_rule", "test", "fail", "", 3, 0.1)), 1.0, tmp_path)
    assert isinstance(failure(both, tmp_path), BuildFailed)
    message = failure_message(BuildResult((node,), 1.0, tmp_path), tmp_path)
    assert "model dim_dates: Binder Error: no such column" in message
    assert str(tmp_path / "dbt.log") in message


def test_a_project_that_does_not_parse_gives_dbt_s_last_words(tmp_path: Path) -> None:
    message = startup_message("first\nParsing Error: near line 5", tmp_path / "analytics.duckdb", tmp_path)
    assert "Parsing Error: near line 5" in message
