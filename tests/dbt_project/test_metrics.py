"""Every metric compiles, runs, and says what the hand-made cases say.

MetricFlow is asked here by itself, so that a mistake in a metric's YAML shows without the dashboards.
"""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.dbt_project.golden import Expected, expectations
from tests.dbt_project.marketplace import Built


@dataclass(frozen=True)
class Metrics:
    """MetricFlow over the golden marketplace."""

    engine: Any
    built: Built
    names: list[str]

    def sql(self, *names: str, by: tuple[str, ...] = (), where: tuple[str, ...] = ()) -> str:
        from metricflow.engine.metricflow_engine import MetricFlowQueryRequest

        request = MetricFlowQueryRequest.create(metric_names=names, group_by_names=by, where_constraints=where)
        return str(self.engine.explain(request).sql_statement.sql)

    def value(self, name: str, where: str | None = None) -> float | None:
        ((found,),) = self.built.rows(self.sql(name, where=(where,) if where else ()))
        return None if found is None else float(found)


@pytest.fixture(scope="module")
def metrics(golden: Built) -> Metrics:
    from metricflow.engine.metricflow_engine import MetricFlowEngine
    from metricflow.protocols.sql_client import SqlEngine
    from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
    from metricflow_semantics.model.dbt_manifest_parser import parse_manifest_from_dbt_generated_manifest
    from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

    class Compiler:
        sql_engine_type = SqlEngine.DUCKDB
        sql_plan_renderer = DuckDbSqlPlanRenderer()

        def render_bind_parameter_key(self, bind_parameter_key: str) -> str:
            return f"${bind_parameter_key}"

    manifest = parse_manifest_from_dbt_generated_manifest(golden.result.semantic_manifest.read_text())
    engine = MetricFlowEngine(semantic_manifest_lookup=SemanticManifestLookup(manifest), sql_client=Compiler())
    return Metrics(engine, golden, [metric.name for metric in manifest.metrics])


def name_of(expected: Expected) -> str:
    return f"{expected.metric} where {expected.where}"


@pytest.mark.parametrize("expected", expectations(), ids=name_of)
def test_a_metric_is_what_hand_and_head_say(metrics: Metrics, expected: Expected) -> None:
    found = metrics.value(expected.metric, expected.where)
    assert found is None if expected.value is None else found == pytest.approx(expected.value)


def test_every_metric_runs_and_by_month(metrics: Metrics) -> None:
    for name in metrics.names:
        metrics.built.rows(metrics.sql(name, by=("metric_time__month",)))


def test_a_rate_of_nothing_is_unknown_and_not_zero(metrics: Metrics) -> None:
    assert metrics.value("selection_rate", "{{ Entity('employer') }} = 'nobody'") is None


def test_a_filter_s_value_can_be_a_bound_parameter(metrics: Metrics) -> None:
    sql = metrics.sql("projects_posted", where=("{{ Entity('employer') }} = $p0",))
    assert metrics.built.connection.execute(sql, {"p0": "fills"}).fetchall() == [(5,)]


def test_active_employers_are_those_of_the_last_month(metrics: Metrics) -> None:
    expected = "select count(distinct employer_id) from marts.fct_engagements where accepted_date >= date '2025-02-01'"
    assert metrics.value("active_employers") == metrics.built.one(expected)[0]
