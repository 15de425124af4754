"""Every metric compiles over every dimension of its mart, runs, and says what the hand-made cases say.

MetricFlow is asked here by itself, so that a mistake in a metric's YAML shows without the dashboards.
"""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.dbt_project.marketplace import Built

MODELS = {
    "project": (
        "employer__industry",
        "employer__host_id",
        "project__category",
        "project__funded_by",
        "project__term_label",
    ),
    "application": (
        "employer__industry",
        "employer__host_id",
        "project__category",
        "application__category",
        "application__term_label",
        "application__school_type",
        "student__degree_level",
    ),
    "engagement": (
        "employer__size_band",
        "project__category",
        "engagement__category",
        "engagement__term_label",
        "student__school_type",
    ),
    "offer": ("employer__industry", "offer__job_department", "offer__offer_status"),
    "hire": ("employer__industry", "hire__came_by"),
    "person_host": (
        "employer__industry",
        "person_host__host_id",
        "person_host__category",
        "person_host__term_label",
        "person_host__major_family",
        "student__school_type",
    ),
    "employer_month": ("employer__industry", "employer__state"),
}
"""Primary entity of a mart -> dimensions that its metrics must reach."""


@dataclass(frozen=True)
class Metrics:
    """MetricFlow over the golden marketplace."""

    engine: Any
    built: Built
    entity_of: dict[str, str]

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
    return Metrics(engine, golden, entities_of_metrics(manifest))


def entities_of_metrics(manifest: Any) -> dict[str, str]:
    """Return each metric's primary entity; a ratio has its numerator's."""
    primary = {
        model.name: next(entity.name for entity in model.entities if entity.type.value == "primary")
        for model in manifest.semantic_models
    }
    simple = {
        metric.name: primary[metric.type_params.metric_aggregation_params.semantic_model]
        for metric in manifest.metrics
        if metric.type.value == "simple"
    }
    ratios = {
        metric.name: simple[metric.type_params.numerator.name]
        for metric in manifest.metrics
        if metric.type.value == "ratio"
    }
    return {**simple, **ratios}


@pytest.mark.parametrize("entity", MODELS)
def test_every_metric_runs_over_every_dimension_and_by_month(metrics: Metrics, entity: str) -> None:
    names = [name for name, owner in metrics.entity_of.items() if owner == entity]
    assert names
    for dimension in (*MODELS[entity], "metric_time__month"):
        metrics.built.rows(metrics.sql(*names, by=(dimension,)))
    for name in names:
        metrics.built.rows(metrics.sql(name))


def test_every_metric_belongs_to_a_mart_that_is_asked(metrics: Metrics) -> None:
    assert set(metrics.entity_of.values()) == set(MODELS)


IN_FILLS = "{{ Entity('employer') }} = 'fills'"
IN_STATES = "{{ Entity('project') }} = 'states'"
AT_NACE = "{{ Dimension('person_host__host_id') }} = 'nace'"
AT_SEEN = "{{ Dimension('person_host__host_id') }} = 'seen'"
AT_JOBS = "{{ Entity('employer') }} = 'jobs'"


@pytest.mark.parametrize(
    ("name", "where", "expected"),
    [
        ("applications", IN_STATES, 9),
        ("applications_open", IN_STATES, 2),
        ("selection_rate", IN_STATES, 2 / 8),
        ("projects_posted", IN_FILLS, 5),
        ("fill_rate_14_days", IN_FILLS, 1 / 4),
        ("fill_rate_30_days", IN_FILLS, 2 / 4),
        ("fill_rate_60_days", IN_FILLS, 3 / 4),
        ("completion_rate", IN_FILLS, 1 / 3),
        ("on_time_rate", IN_FILLS, 1 / 2),
        ("gmv_booked", IN_FILLS, 1500),
        ("gmv_recognised", IN_FILLS, 1000),
        ("take_rate", IN_FILLS, 50 / 500),
        ("nace_conversion_rate", AT_NACE, 20 / 50),
        ("completers", AT_SEEN, 7),
        ("completers_pre_existing", AT_SEEN, 2),
        ("completers_mature_365_days", AT_SEEN, 4),
        ("hire_through_matured", AT_SEEN, 2 / 4),
        ("hire_through_matured_180_days", AT_SEEN, 1 / 4),
        ("offer_through", AT_SEEN, 0),
        ("hires", AT_JOBS, 3),
        ("renege_rate", AT_JOBS, 2 / 5),
        ("retention_rate_1_year", AT_JOBS, 1 / 2),
    ],
)
def test_a_metric_is_what_hand_and_head_say(metrics: Metrics, name: str, where: str, expected: float) -> None:
    assert metrics.value(name, where) == pytest.approx(expected)


def test_a_rate_of_nothing_is_unknown_and_not_zero(metrics: Metrics) -> None:
    assert metrics.value("selection_rate", "{{ Entity('employer') }} = 'nobody'") is None


def test_a_filter_s_value_can_be_a_bound_parameter(metrics: Metrics) -> None:
    sql = metrics.sql("projects_posted", where=("{{ Entity('employer') }} = $p0",))
    assert metrics.built.connection.execute(sql, {"p0": "fills"}).fetchall() == [(5,)]


def test_active_employers_are_those_of_the_last_month(metrics: Metrics) -> None:
    expected = "select count(distinct employer_id) from marts.fct_engagements where accepted_date >= date '2025-02-01'"
    assert metrics.value("active_employers") == metrics.built.one(expected)[0]
