"""Every metric compiles, runs, and says what the hand-made cases say."""

import pytest

from tests.dbt_project.golden import Expected, expectations
from tests.dbt_project.marketplace import Built
from tests.dbt_project.semantic import SemanticLayer, semantic_layer


@pytest.fixture(scope="module")
def metrics(golden: Built) -> SemanticLayer:
    return semantic_layer(golden.result.semantic_manifest, golden.connection)


def name_of(expected: Expected) -> str:
    return f"{expected.metric} where {expected.where}"


@pytest.mark.parametrize("expected", expectations(), ids=name_of)
def test_a_metric_is_what_hand_and_head_say(metrics: SemanticLayer, expected: Expected) -> None:
    found = metrics.value(expected.metric, expected.where)
    assert found is None if expected.value is None else found == pytest.approx(expected.value)


def test_every_metric_runs_and_by_month(metrics: SemanticLayer) -> None:
    for name in metrics.names:
        metrics.connection.execute(metrics.sql(name, by=("metric_time__month",)))


def test_a_rate_of_nothing_is_unknown_and_not_zero(metrics: SemanticLayer) -> None:
    assert metrics.value("selection_rate", "{{ Entity('employer') }} = 'nobody'") is None


def test_a_filter_s_value_can_be_a_bound_parameter(metrics: SemanticLayer) -> None:
    sql = metrics.sql("projects_posted", where=("{{ Entity('employer') }} = $p0",))
    assert metrics.connection.execute(sql, {"p0": "fills"}).fetchall() == [(5,)]


def test_active_employers_are_those_that_spent_in_the_365_days_up_to_as_of(metrics: SemanticLayer) -> None:
    expected = """
        select count(distinct employer_id) from marts.fct_engagements
        where accepted_at > timestamp '2025-01-01' and fee_usd > 0
    """
    assert metrics.value("active_employers") == metrics.connection.sql(expected).fetchall()[0][0]
