"""Volumes: deliveries too small or too large for their feed, snapshots that drop keys, marts that shrink."""

import duckdb
import pytest

from pipelines.drift.search import in_deliveries
from pipelines.drift.volumes import DEVIATIONS, FACTORS, band, of_marts
from tests.pipelines.drift.conftest import Deliver, Look, projects


def far(known: list[int]) -> tuple[int, int]:
    return band(known, DEVIATIONS["volume far off"], FACTORS["volume far off"])


def test_the_band_stands_on_the_median_and_a_whole_history_before_does_not_move_it() -> None:
    assert far([100, 100, 100, 100]) == far([160_000, 100, 100, 100])
    low, high = far([100, 100, 100, 100])
    assert low <= 101 / 4 - 1 <= low + 1
    assert high - 1 <= 101 * 4 - 1 <= high


def test_the_band_is_as_wide_as_the_feed_varies_and_as_a_count_of_its_size_does() -> None:
    assert far([10, 100, 1000, 100, 10, 1000])[1] > far([100] * 6)[1]
    assert far([2, 2, 2, 2])[0] <= 0
    assert far([1_000_000] * 4)[0] > 200_000


def test_changes_that_come_in_a_fraction_of_their_number_block_and_show_the_feed(
    deliver: Deliver, look: Look, warehouse: duckdb.DuckDBPyConnection
) -> None:
    for month in range(1, 6):
        deliver(month, projects(month * 1000, 100 + month))
    deliver(6, projects(6000, 12))
    (finding,) = look()
    assert (finding.kind, finding.subject, finding.severity) == ("volume far off", "platform/projects", "blocks")
    assert finding.found == "12 rows"
    assert [row[2] for row in warehouse.sql(finding.look).fetchall()] == [12, 105, 104, 103, 102, 101]


@pytest.mark.parametrize(
    ("rows", "kinds"), [(60, []), (190, []), (40, ["volume unusual"]), (1100, []), (1101, ["volume far off"])]
)
def test_seasons_are_no_drift_a_half_is_a_warning_a_quarter_blocks(
    deliver: Deliver, look: Look, rows: int, kinds: list[str]
) -> None:
    for month in range(1, 6):
        deliver(month, projects(month * 1000, 100))
    deliver(6, projects(6000, rows))
    assert [each.kind for each in look()] == kinds


def test_a_late_file_adds_to_what_came_just_before_it_and_a_cut_export_does_not(deliver: Deliver, look: Look) -> None:
    for month in range(1, 7):
        deliver(month, projects(month * 1000, 100))
    deliver(6, projects(6500, 1), day=14)
    assert look() == []
    deliver(7, projects(7000, 1))
    assert [(each.kind, each.found) for each in look()] == [("volume far off", "1 rows")]


def test_a_first_delivery_of_all_history_and_few_deliveries_make_no_band(deliver: Deliver, look: Look) -> None:
    deliver(1, projects(1, 900))
    for month in range(2, 4):
        deliver(month, projects(month * 1000, 10))
        assert look() == []


def test_every_new_delivery_of_changes_is_judged_since_none_takes_another_s_place(deliver: Deliver, look: Look) -> None:
    for month in range(1, 6):
        deliver(month, projects(month * 1000, 100))
    deliver(6, projects(6000, 5))
    deliver(7, projects(7000, 100))
    assert [each.found for each in look(shown=-2)] == ["5 rows"]


def test_a_snapshot_below_half_blocks_until_a_whole_one_takes_its_place(deliver: Deliver, look: Look) -> None:
    deliver(1, projects(1, 100), mode="snapshot")
    deliver(2, projects(1, 51), mode="snapshot")
    assert look() == []
    deliver(3, projects(1, 20), mode="snapshot")
    assert {each.kind for each in look()} == {"volume far off", "keys gone"}
    deliver(4, projects(1, 100), mode="snapshot")
    assert look(shown=-2) == []


def test_a_cut_snapshot_that_comes_again_still_blocks(deliver: Deliver, look: Look) -> None:
    deliver(1, projects(1, 100), mode="snapshot")
    for month in (2, 3):
        deliver(month, projects(1, 20), mode="snapshot")
        found = {each.kind: each.found for each in look(shown=-month + 1)}
        assert found == {"volume far off": "20 rows", "keys gone": "80 of them gone"}


def test_a_snapshot_that_restores_what_was_shown_after_a_wrong_one_is_no_drift(deliver: Deliver, look: Look) -> None:
    deliver(1, projects(1, 100), mode="snapshot")
    deliver(2, projects(5000, 1500), mode="snapshot")
    deliver(3, projects(1, 100), mode="snapshot")
    assert look(shown=-2) == []


def test_a_snapshot_of_new_keys_drops_the_old_ones(
    deliver: Deliver, look: Look, warehouse: duckdb.DuckDBPyConnection
) -> None:
    deliver(1, projects(1, 100), mode="snapshot")
    deliver(2, projects(1001, 100), mode="snapshot")
    (finding,) = look()
    assert (finding.kind, finding.found) == ("keys gone", "100 of them gone")
    assert len(warehouse.sql(finding.look).fetchall()) == 100


def test_before_a_first_publish_a_volume_is_none_and_a_column_that_fails_blocks(
    deliver: Deliver, warehouse: duckdb.DuckDBPyConnection
) -> None:
    for month in range(1, 6):
        deliver(month, projects(month * 1000, 100))
    deliver(6, projects(6000, 12))
    assert in_deliveries(warehouse, None) == []
    deliver(7, projects(7000, 100, posted="never"))
    assert [each.kind for each in in_deliveries(warehouse, None)] == ["column fails"]


def test_files_of_one_moment_are_one_delivery(deliver: Deliver, look: Look) -> None:
    for month in range(1, 6):
        deliver(month, projects(month * 1000, 100))
    deliver(6, projects(6000, 20))
    deliver(6, projects(6500, 80))
    assert look(shown=-2) == []


def test_a_mart_that_lost_half_of_its_rows_or_is_gone_blocks_and_one_that_jumps_is_told() -> None:
    found = list(of_marts({"a": 100, "b": 100, "c": 100, "d": 99}, {"a": 50, "b": 49, "d": 999}, {"b": "b_id"}))
    assert [(each.kind, each.subject, each.found) for each in found] == [
        ("mart shrank", "marts.b", "49"),
        ("mart shrank", "marts.c", "none"),
    ]
    assert "b_id not in (select b_id from marts.b" in found[0].look
    assert [each.severity for each in of_marts({"a": 100}, {"a": 301}, {})] == ["warns"]
    assert list(of_marts({"a": 100}, {"a": 300}, {})) == []
