"""Snapshots and corrections end in the same state, whatever the order in which they arrive."""

import itertools
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.ingest import IngestReport
from pipelines.reconcile import entity_problems

Ingest = Callable[..., IngestReport]

MAPPING = """
source = "northwind"
[[files]]
path = "domains*.csv"
{how}
delivered_at_pattern = 'domains_(.*)\\.csv'
[files.entities.employer_domains.fields]
employer_id = "employer"
domain = "domain"
verified_at = "verified"
updated_at = "updated"
"""

JANUARY = "E1,a.example,2025-01-01,2025-01-01\nE1,b.example,2025-01-01,2025-01-01\n"
FEBRUARY = "E1,a.example,2025-01-09,2025-01-01\n"
MARCH = JANUARY

CURRENT = """
    select domain, strftime(verified_at, '%m-%d') from (
        select * from raw.employer_domains where _delivered_at <= ?
        qualify row_number() over (
            partition by employer_id, domain
            order by _version_at desc, _delivered_at desc, _file_id desc
        ) = 1
    )
    where not _is_deleted order by domain
"""

DELIVERIES = {"2025-02-01": JANUARY, "2025-03-01": FEBRUARY, "2025-04-01": MARCH}
WANTED = {
    "2025-02-01": [("a.example", "01-01"), ("b.example", "01-01")],
    "2025-03-01": [("a.example", "01-09")],
    "2025-04-01": [("a.example", "01-01"), ("b.example", "01-01")],
}


def deliver(landing: Path, when: str, body: str) -> None:
    (landing / f"domains_{when}.csv").write_text(f"employer,domain,verified,updated\n{body}")


def states(warehouse: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[object, ...]]]:
    return {when: warehouse.execute(CURRENT, [datetime.fromisoformat(when)]).fetchall() for when in DELIVERIES}


def test_silent_changes_and_hard_deletes_are_seen_and_undone(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest
) -> None:
    (landing / "x.mapping.toml").write_text(MAPPING.format(how='delivery = "snapshot"'))
    for when, body in DELIVERIES.items():
        deliver(landing, when, body)
    outcomes = ingest_all().outcomes
    assert [(each.loaded, each.unchanged) for each in outcomes] == [(2, 0), (1, 0), (2, 0)]
    assert states(warehouse) == WANTED


@pytest.mark.parametrize("order", list(itertools.permutations(DELIVERIES)))
def test_any_order_of_arrival_ends_in_the_same_state(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest, order: tuple[str, ...]
) -> None:
    (landing / "x.mapping.toml").write_text(MAPPING.format(how='delivery = "snapshot"'))
    for when in order:
        deliver(landing, when, DELIVERIES[when])
        ingest_all()
    assert states(warehouse) == WANTED
    assert entity_problems(warehouse, "employer_domains") == []


def test_a_row_that_did_not_change_is_not_loaded_again(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest
) -> None:
    (landing / "x.mapping.toml").write_text(MAPPING.format(how='delivery = "snapshot"'))
    deliver(landing, "2025-02-01", JANUARY)
    deliver(landing, "2025-03-01", JANUARY + "E2,c.example,,\n")
    outcomes = ingest_all().outcomes
    assert [(each.loaded, each.unchanged) for each in outcomes] == [(2, 0), (1, 2)]


def test_identical_bytes_delivered_later_as_a_snapshot_are_applied(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest
) -> None:
    (landing / "x.mapping.toml").write_text(MAPPING.format(how='delivery = "snapshot"'))
    for when, body in DELIVERIES.items():
        deliver(landing, when, body)
    assert [each.status for each in ingest_all().outcomes] == ["loaded"] * 3


def test_a_correction_by_name_replaces_the_file_of_that_name_and_no_other(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest
) -> None:
    mapping = MAPPING.format(how='correction = "by_name"').replace(
        "delivered_at_pattern = 'domains_(.*)\\.csv'", "delivered_at = 2025-02-01T00:00:00Z"
    )
    (landing / "x.mapping.toml").write_text(mapping)
    deliver(landing, "one", JANUARY)
    deliver(landing, "two", "E9,z.example,,\n")
    ingest_all()
    (landing / "x.mapping.toml").write_text(mapping.replace("2025-02-01", "2025-03-01"))
    deliver(landing, "one", FEBRUARY)
    ingest_all()
    now = warehouse.execute(CURRENT, [datetime(2025, 4, 1)]).fetchall()
    assert now == [("a.example", "01-09"), ("z.example", None)]


EMPLOYERS = """
source = "northwind"
[[files]]
path = "employers*.csv"
delivery = "snapshot"
delivered_at_pattern = 'employers_(.*)\\.csv'
[files.entities.employers.fields]
employer_id = "id"
name = "name"
joined_at = "joined"
updated_at = "updated"
"""


def deliver_employers(landing: Path, when: str, *rows: str) -> None:
    (landing / "x.mapping.toml").write_text(EMPLOYERS)
    (landing / f"employers_{when}.csv").write_text("\n".join(["id,name,joined,updated", *rows]) + "\n")


def employers_now(warehouse: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return warehouse.sql("""
        select employer_id, name from raw.employers
        qualify row_number() over (
            partition by employer_id order by _version_at desc, _delivered_at desc, _file_id desc
        ) = 1 and not _is_deleted
        order by employer_id
    """).fetchall()


def test_a_key_that_is_back_is_current_whatever_its_updated_at_says(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest
) -> None:
    deliver_employers(landing, "2026-01-10", "E1,Acme,2020-01-01,2026-01-05", "E2,Bolt,2020-01-01,")
    deliver_employers(landing, "2026-01-20", "E2,Bolt,2020-01-01,")
    deliver_employers(landing, "2026-01-30", "E1,Acme,2020-01-01,2026-01-04", "E2,Bolted,2020-01-01,2025-12-01")
    ingest_all()
    assert employers_now(warehouse) == [("E1", "Acme"), ("E2", "Bolted")]


def test_changes_are_ordered_by_updated_at_and_without_one_by_delivery(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest
) -> None:
    deliver_employers(landing, "2026-01-10", "E1,Newer,2020-01-01,2026-01-05", "E2,Older,2020-01-01,")
    deliver_employers(landing, "2026-01-20", "E1,Older,2020-01-01,2026-01-04", "E2,Newer,2020-01-01,")
    (landing / "x.mapping.toml").write_text(EMPLOYERS.replace('"snapshot"', '"changes"'))
    ingest_all()
    assert employers_now(warehouse) == [("E1", "Newer"), ("E2", "Newer")]


UNREAD = {
    "2026-01-10": ("E1,Acme,2020-01-01,", "E2,Bolt,2020-01-01,", "E3,Crag,2020-01-01,"),
    "2026-01-20": ("E1,Acme and Sons,2020-01-01,", "E3,Crag,2020-01-01,"),
    "2026-01-30": ("E1,Acme,never,", "E2,Bolt,never,", "E9,Nova,never,"),
    "2026-02-10": ("E1,Acme,never,", "E4,Dune,2020-01-01,"),
}


@pytest.mark.parametrize("order", list(itertools.permutations(UNREAD)))
def test_a_row_that_does_not_conform_keeps_the_version_before_in_force(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest, order: tuple[str, ...]
) -> None:
    for when in order:
        deliver_employers(landing, when, *UNREAD[when])
        ingest_all()
    assert employers_now(warehouse) == [("E1", "Acme and Sons"), ("E4", "Dune")]
    assert entity_problems(warehouse, "employers") == []
    assert warehouse.sql("""
        select employer_id, strftime(_delivered_at, '%m-%d') from raw.employers where _is_deleted order by all
    """).fetchall() == [("E2", "01-20"), ("E3", "01-30")]


KEYLESS = {
    "2026-01-10": ("E1,Acme,2020-01-01,", "E2,Bolt,2020-01-01,"),
    "2026-01-20": ("E1,Acme,2020-01-01,", "E2,Bolted,2020-01-01,", "E3,Crag,2020-01-01,"),
    "2026-01-30": ("E1,Acme and Sons,2020-01-01,", "{}"),
    "2026-02-10": ("E1,Acme and Sons,2020-01-01,", "E2,Bolt,never,"),
}


@pytest.mark.parametrize("broken", ["too,many,fields,in,it", ",No Key,2020-01-01,"])
@pytest.mark.parametrize("order", list(itertools.permutations(KEYLESS)))
def test_a_row_without_a_readable_key_means_that_nothing_is_gone(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest, order: tuple[str, ...], broken: str
) -> None:
    for when in order:
        deliver_employers(landing, when, *(row.format(broken) for row in KEYLESS[when]))
        ingest_all()
    assert employers_now(warehouse) == [("E1", "Acme and Sons"), ("E2", "Bolted")]
    assert warehouse.sql("""
        select employer_id, strftime(_delivered_at, '%m-%d') from raw.employers where _is_deleted order by all
    """).fetchall() == [("E3", "02-10")]
    assert entity_problems(warehouse, "employers") == []


def test_a_delivery_in_which_nothing_counts_as_gone_says_so(
    landing: Path, ingest_all: Ingest, caplog: pytest.LogCaptureFixture
) -> None:
    deliver_employers(landing, "2026-01-10", "E1,Acme,2020-01-01,", ",No Key,2020-01-01,")
    ingest_all()
    assert "employers_2026-01-10.csv: employers: 1 rows have no readable key" in caplog.text


@pytest.mark.parametrize("order", list(itertools.permutations(("2026-01-10", "2026-01-20", "2026-01-30"))))
def test_an_empty_snapshot_deletes_all(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest, order: tuple[str, ...]
) -> None:
    bodies = {"2026-01-10": ["E1,Acme,2020-01-01,"], "2026-01-20": [], "2026-01-30": ["E2,Bolt,2020-01-01,"]}
    for when in order:
        deliver_employers(landing, when, *bodies[when])
        assert [each.status for each in ingest_all().outcomes] == ["loaded"]
    assert employers_now(warehouse) == [("E2", "Bolt")]


CORRECTIONS = (
    ("north", "2026-01-10", "E1,Acme,2020-01-01,\nE2,Bolt,2020-01-01,\n"),
    ("south", "2026-01-10", "E3,Crag,2020-01-01,\n"),
    ("north", "2026-01-20", "E1,Acme,2020-01-01,\n"),
    ("south", "2026-01-20", "E1,Acme,2020-01-01,\n"),
)


@pytest.mark.parametrize("order", list(itertools.permutations(CORRECTIONS)))
def test_a_correction_with_the_bytes_of_another_replaces_the_file_of_its_own_name(
    tmp_path: Path,
    warehouse: duckdb.DuckDBPyConnection,
    ingest_all: Ingest,
    order: tuple[tuple[str, str, str], ...],
) -> None:
    mappings: list[Path] = []
    for name, when, body in order:
        folder = tmp_path / f"{name}-{when}"
        folder.mkdir()
        (folder / f"{name}.csv").write_text(f"id,name,joined,updated\n{body}")
        text = EMPLOYERS.replace('delivery = "snapshot"', 'correction = "by_name"').replace(
            "employers*.csv", f"{name}.csv"
        )
        mappings.append(folder / "x.mapping.toml")
        mappings[-1].write_text(text.replace("delivered_at_pattern = 'employers_(.*)\\.csv'", f"delivered_at = {when}"))
        ingest_all(mappings=mappings)
    assert employers_now(warehouse) == [("E1", "Acme")]
    assert warehouse.sql("select count(*) from ops.batches").fetchall() == [(4,)], "each run has something to build"
    assert entity_problems(warehouse, "employers") == []


def test_another_correction_of_a_name_at_one_moment_is_refused_where_the_first_repeats_a_file_of_another_name(
    landing: Path, ingest_all: Ingest
) -> None:
    mapping = MAPPING.format(how='correction = "by_name"').replace(
        "delivered_at_pattern = 'domains_(.*)\\.csv'", "delivered_at = 2025-02-01T00:00:00Z"
    )
    (landing / "x.mapping.toml").write_text(mapping)
    for name, body in (("one", JANUARY), ("two", JANUARY), ("two", FEBRUARY)):
        deliver(landing, name, body)
        report = ingest_all()
    assert [(each.name, each.status) for each in report.outcomes] == [("domains_two.csv", "refused")]


def test_corrections_of_one_name_in_several_folders_of_a_mapping_outside_replace_their_own_file_alone(
    tmp_path: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest
) -> None:
    text = EMPLOYERS.replace('delivery = "snapshot"', 'correction = "by_name"').replace("employers*", "**/employers")
    mapping = tmp_path / "exports" / "x.mapping.toml"
    names = []
    for when, rows in (("2026-01-01", {"north": "E1", "south": "E2"}), ("2026-02-01", {"north": "E3"})):
        for place, key in rows.items():
            (mapping.parent / place).mkdir(parents=True, exist_ok=True)
            written = f"id,name,joined,updated\n{key},Acme,2020-01-01,\n"
            (mapping.parent / place / "employers.csv").write_text(written)
        mapping.write_text(text.replace("delivered_at_pattern = 'employers_(.*)\\.csv'", f"delivered_at = {when}"))
        names += [(each.name, each.status) for each in ingest_all(mappings=[mapping]).outcomes]
    assert sorted(names) == [
        ("north/employers.csv", "loaded"),
        ("north/employers.csv", "loaded"),
        ("south/employers.csv", "loaded"),
        ("south/employers.csv", "loaded"),
    ]
    assert employers_now(warehouse) == [("E2", "Acme"), ("E3", "Acme")]


WHOLE_IN_TWO_WAYS = {
    "before": ("snapshot", "2026-01-01", ("E1", "E2")),
    "corrected": ("correction", "2026-02-01", ("E1",)),
    "whole": ("snapshot", "2026-02-01", ("E1",)),
}


@pytest.mark.parametrize("order", list(itertools.permutations(WHOLE_IN_TWO_WAYS)))
def test_a_snapshot_with_the_bytes_of_a_correction_deletes_what_it_lacks(
    tmp_path: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest, order: tuple[str, ...]
) -> None:
    mappings: list[Path] = []
    for name in order:
        mode, when, keys = WHOLE_IN_TWO_WAYS[name]
        folder = tmp_path / name
        folder.mkdir()
        rows = "".join(f"{key},Acme,2020-01-01,\n" for key in keys)
        (folder / "employers.csv").write_text(f"id,name,joined,updated\n{rows}")
        how = 'correction = "by_name"' if mode == "correction" else 'delivery = "snapshot"'
        mappings.append(folder / "x.mapping.toml")
        mappings[-1].write_text(
            EMPLOYERS.replace('delivery = "snapshot"', how).replace(
                "delivered_at_pattern = 'employers_(.*)\\.csv'", f"delivered_at = {when}"
            )
        )
        ingest_all(mappings=mappings)
    assert employers_now(warehouse) == [("E1", "Acme")]
    assert entity_problems(warehouse, "employers") == []


def test_bytes_that_were_loaded_as_changes_are_no_snapshot_of_the_same_moment(
    landing: Path, ingest_all: Ingest, warehouse: duckdb.DuckDBPyConnection
) -> None:
    mapping = EMPLOYERS.replace("delivered_at_pattern = 'employers_(.*)\\.csv'", "delivered_at = 2026-01-01T00:00:00Z")
    reports = []
    for folder, how in (("parts", "changes"), ("whole", "snapshot")):
        (landing / folder).mkdir()
        (landing / folder / "employers.csv").write_text("id,name,joined,updated\nE1,Acme,2020-01-01,\n")
        (landing / folder / "x.mapping.toml").write_text(mapping.replace("snapshot", how))
        reports.append(ingest_all())
    assert [each.status for report in reports for each in report.outcomes] == ["loaded", "refused"]
    assert "loaded so at 2026-01-01T00:00:00Z, for employers" in str(reports[1].refused[0].reason)
    (landing / "whole" / "x.mapping.toml").write_text(mapping.replace("2026-01-01", "2026-02-01"))
    assert [each.status for each in ingest_all().outcomes] == ["loaded"]


FULL_AND_CHANGES = {
    "2026-01-10": ("snapshot", ("E1,Acme,2020-01-01,",)),
    "2026-01-15": ("changes", ("E1,Acme and Sons,2020-01-01,", "E2,Bolt,2020-01-01,", "E3,Crag,2020-01-01,")),
    "2026-01-20": ("snapshot", ("E1,Acme,2020-01-01,", "E3,Crag,never,")),
    "2026-01-25": ("snapshot", ("E1,Acme,2020-01-01,",)),
}


@pytest.mark.parametrize("order", list(itertools.permutations(FULL_AND_CHANGES)))
def test_a_snapshot_has_the_last_word_on_what_changes_told_before_it(
    tmp_path: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest, order: tuple[str, ...]
) -> None:
    mappings = []
    for when in order:
        mode, rows = FULL_AND_CHANGES[when]
        folder = tmp_path / when
        folder.mkdir()
        deliver_employers(folder, when, *rows)
        mappings.append(folder / "x.mapping.toml")
        mappings[-1].write_text(EMPLOYERS.replace('"snapshot"', f'"{mode}"'))
        ingest_all(mappings=mappings)
    assert employers_now(warehouse) == [("E1", "Acme")]
    assert entity_problems(warehouse, "employers") == []
    assert warehouse.sql("""
        select employer_id, strftime(_delivered_at, '%m-%d') from raw.employers where _is_deleted order by all
    """).fetchall() == [("E2", "01-20"), ("E3", "01-25")]
