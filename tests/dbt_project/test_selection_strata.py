"""The sums over projects in SQL are those that the lens takes from tables, and both agree on who leads."""

import pytest

from dashboards.fairness.groups import Group, leading_group
from dashboards.fairness.stratified import StrataSums, mantel_haenszel, sum_strata
from tests.dbt_project.marketplace import Built

SUMS = tuple(StrataSums.__dataclass_fields__)


def strata(golden: Built, scope_id: str) -> tuple[str, StrataSums]:
    sql = (
        f"select leading_value, {', '.join(SUMS)} from marts.agg_selection_strata "
        "where scope_id = ? and group_dimension = 'pell'"
    )
    leading, *found = golden.one(sql, scope_id)
    return str(leading), StrataSums(*found)


def test_two_projects_by_hand(golden: Built) -> None:
    """1/4 against 3/4 and 1/4 against 2/6, as golden/fairness.py has them.

    ad / n = 1/8 + 4/10, bc / n = 9/8 + 6/10; expected 16/8 + 12/10; variance 256/448 + 504/900.
    """
    leading, found = strata(golden, "fair")
    assert leading == "no"
    assert (found.concordant, found.discordant) == pytest.approx((0.525, 1.725))
    assert (found.observed, found.expected) == pytest.approx((2, 3.2))
    assert found.variance == pytest.approx(256 / 448 + 504 / 900)
    assert mantel_haenszel(found).odds_ratio == pytest.approx(0.525 / 1.725)


def test_the_sums_in_sql_are_those_of_the_tables(golden: Built) -> None:
    _, found = strata(golden, "fair")
    expected = sum_strata([[[1, 3], [3, 1]], [[1, 3], [2, 4]]])
    assert [getattr(found, name) for name in SUMS] == pytest.approx([getattr(expected, name) for name in SUMS])


def test_the_cube_and_the_lens_agree_on_the_leading_group(golden: Built) -> None:
    cells: dict[tuple[str, ...], list[tuple[Group, int]]] = {}
    sql = (
        "select scope_id, period_label, stage, group_dimension, group_value, advanced_count, unit_count, is_leading "
        "from marts.agg_selection_cube where group_value is not null"
    )
    for *place, name, advanced, units, is_leading in golden.rows(sql):
        cells.setdefault(tuple(place), []).append((Group(name, advanced, units), is_leading))
    led = 0
    for groups in cells.values():
        leading = leading_group([group for group, _ in groups])
        assert [group for group, is_leading in groups if is_leading] == ([leading] if leading else [])
        led += leading is not None
    assert led > 0
