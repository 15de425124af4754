"""Whatever an employer is shown of its peers, no sum or difference of it tells of too few of them."""

import random
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from dashboards.extract.outcomes import FIRST, WORKED_OUT
from tests.dbt_project.marketplace import Built
from tests.dbt_project.semantic import SemanticLayer, semantic_layer

LEAST_PEERS = 5
BANDS = ("1-49", "50-249", "250-999")
MODELS = ("int_peers_pooled", "int_peers_compared", "int_peers_withheld", "int_peers_banded", "agg_peer_benchmarks")
RATES = {
    "selection_rate": ("applications_selected", "applications_mature"),
    "fill_rate_30_days": ("projects_filled_30_days", "projects_mature_30_days"),
    "market_depth_rate": ("projects_deep_7_days", "projects_mature_7_days"),
    "completion_rate": ("engagements_completed_in_time", "engagements_mature_completion"),
    "on_time_rate": ("engagements_on_time", "engagements_timed"),
    "cancellation_rate": ("engagements_cancelled", "engagements_accepted"),
    "would_hire_rate": ("would_hire_yes", "would_hire_answers"),
    "reengagement_rate": ("pairs_reengaged_180_days", "pairs_mature_180_days"),
}
AS_IN_EXTRACTS = {
    "offer_through": ("is_offered_365_days", "is_mature_completer"),
    "hire_through_matured": ("is_hired_365_days", "is_mature_completer"),
}
"""Rate -> columns of an extract, which are worked out without starts elsewhere."""

Counts = dict[tuple[str, str], tuple[int, int]]
"""(host, category) -> numerator and denominator of one rate."""


@pytest.fixture(scope="module")
def metrics(golden: Built) -> Iterator[SemanticLayer]:
    with duckdb.connect(str(golden.path), read_only=True) as connection:
        connection.execute("use analytics")
        yield semantic_layer(golden.result.semantic_manifest, connection)


@pytest.mark.parametrize("rate", RATES)
def test_a_rate_s_parts_are_those_of_the_dictionary(golden: Built, metrics: SemanticLayer, rate: str) -> None:
    counted = golden.one(
        "select sum(numerator), sum(denominator) from intermediate.int_peers_counted "
        "where metric = ? and category <> 'all'",
        rate,
    )
    assert counted == tuple(metrics.value(name) or 0 for name in RATES[rate])
    assert counted[1] > 0


@pytest.mark.parametrize("rate", AS_IN_EXTRACTS)
def test_a_rate_of_completers_is_counted_as_an_employer_s_extract_does(golden: Built, rate: str) -> None:
    first = ", ".join(f"{words} as {name}" for name, words in FIRST.items())
    sums = ", ".join(f"sum({WORKED_OUT[column]})" for column in AS_IN_EXTRACTS[rate])
    of_hosts = golden.rows(
        f"select host_id, {sums} from (select *, {first} from marts.fct_person_host_outcomes) group by host_id "
        f"having sum({WORKED_OUT['is_mature_completer']}) > 0"
    )
    counted = golden.rows(
        "select host_id, numerator, denominator from intermediate.int_peers_counted "
        "where metric = ? and category = 'all'",
        rate,
    )
    assert sorted(counted) == sorted(of_hosts)
    told = "select sum(is_hired_365_days), sum(is_mature_completer) from marts.fct_person_host_outcomes"
    assert sum(denominator for *_, denominator in counted) > golden.one(told)[1], "some work elsewhere"


def marketplace(seed: int) -> tuple[dict[str, str], Counts]:
    """Return hosts with their size bands, and the counts of a rate; few or many hosts, even or uneven."""
    draw = random.Random(seed)
    count, presence, spread = draw.choice((6, 9, 14, 24)), draw.choice((0.3, 0.6, 0.9)), draw.choice((3, 40, 2000))
    hosts = {f"h{number:02}": draw.choice(BANDS[: draw.choice((1, 2, 3))]) for number in range(count)}
    counts = {}
    for host, category in product(hosts, draw.sample(("data", "design", "sales", "writing"), draw.choice((2, 3, 4)))):
        if draw.random() < presence * (0.3 if category == "design" else 1):
            units = draw.randint(1, spread)
            counts[host, category] = (draw.randint(0, units), units)
    return hosts, counts


def shown(target: Path, hosts: dict[str, str], counts: Counts) -> list[dict[str, Any]]:
    """Return the mart that the compiled models make of these counts."""
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as analytics; use analytics")
        for schema in ("staging", "intermediate", "marts"):
            connection.execute(f"create schema {schema}")
        connection.execute("create table staging.stg_platform__employers (employer_id varchar, size_band varchar)")
        connection.executemany("insert into staging.stg_platform__employers values (?, ?)", list(hosts.items()))
        connection.execute(
            "create table intermediate.int_employers_rooted as "
            "select employer_id, employer_id as host_id from staging.stg_platform__employers"
        )
        connection.execute(
            "create table intermediate.int_peers_counted "
            "(metric varchar, host_id varchar, category varchar, numerator bigint, denominator bigint)"
        )
        rows = [("rate", *place, *figures) for place, figures in counts.items()]
        connection.executemany("insert into intermediate.int_peers_counted values (?, ?, ?, ?, ?)", rows)
        connection.execute(
            "insert into intermediate.int_peers_counted select metric, host_id, 'all', sum(numerator), "
            "sum(denominator) from intermediate.int_peers_counted group by metric, host_id"
        )
        for name in MODELS:
            folder = "marts" if name.startswith("agg_") else "intermediate"
            sql = (target / "compiled" / "throughline" / "models" / folder / f"{name}.sql").read_text()
            connection.execute(f"create table {folder}.{name} as {sql}")
        return connection.sql("select * from marts.agg_peer_benchmarks").pl().to_dicts()


def peers_in(viewer: str, hosts: dict[str, str], counts: Counts, cell: tuple[str, str]) -> dict[str, tuple[int, int]]:
    """Return the numerator and denominator of each peer in a cell: a category or all, a size band or all."""
    category, band = cell
    found: dict[str, tuple[int, int]] = {}
    for (host, of_category), (hits, units) in counts.items():
        if host != viewer and category in ("all", of_category) and band in ("all", hosts[host]):
            before = found.get(host, (0, 0))
            found[host] = (before[0] + hits, before[1] + units)
    return found


def tells_of_few(units: list[int]) -> bool:
    """Tell whether a sum over these peers is one that nobody may know."""
    return bool(units) and (len(units) < LEAST_PEERS or 2 * max(units) > sum(units))


def atoms_of(viewer: str, hosts: dict[str, str], counts: Counts) -> list[tuple[str, bool]]:
    """Return the smallest parts that cells are made of: a category, inside or outside of the viewer's band."""
    own = hosts[viewer]
    return sorted({(category, hosts[host] == own) for host, category in counts if host != viewer})


def parts(cell: dict[str, Any], atoms: list[tuple[str, bool]]) -> list[int]:
    return [
        int(cell["category"] in ("all", category) and (is_own or cell["size_band"] == "all"))
        for category, is_own in atoms
    ]


def assert_nothing_is_told(hosts: dict[str, str], counts: Counts, cells: list[dict[str, Any]]) -> None:
    """Assert that of all unions of the smallest parts, those that the shown cells can be combined to are safe.

    A union can be computed from the shown cells if and only if it is orthogonal to all that they leave open.
    """
    for viewer in hosts:
        atoms = atoms_of(viewer, hosts, counts)
        known = [parts(cell, atoms) for cell in cells if cell["host_id"] == viewer and cell["is_shown"]]
        if not known:
            continue
        _, values, directions = np.linalg.svd(np.array(known, dtype=float))
        open_directions = directions[int((values > 1e-9).sum()) :]
        unions = np.array(list(product((0, 1), repeat=len(atoms))), dtype=float)
        computable = np.abs(unions @ open_directions.T).max(axis=1, initial=0) < 1e-9
        for union in unions[computable]:
            held: dict[str, int] = {}
            for (category, is_own), is_in in zip(atoms, union, strict=True):
                for (host, of_category), (_, units) in counts.items():
                    if (
                        is_in
                        and host != viewer
                        and of_category == category
                        and is_own == (hosts[host] == hosts[viewer])
                    ):
                        held[host] = held.get(host, 0) + units
            assert not tells_of_few(list(held.values())), (viewer, dict(zip(atoms, union, strict=True)), held)


@pytest.mark.parametrize("seed", range(150))
def test_no_combination_of_what_is_shown_tells_of_too_few(empty: Built, seed: int) -> None:
    hosts, counts = marketplace(seed)
    assert_nothing_is_told(hosts, counts, shown(empty.result.target, hosts, counts))


def test_what_all_bands_withhold_and_the_band_shows_is_not_told_by_their_difference(empty: Built) -> None:
    """Design and sales are done in the viewer's band alone and withheld together; data is a2's and a3's in the band.

    All of the band less all of design and sales would be the data of these two.
    """
    hosts = {f"a{number}": "1-49" for number in range(1, 8)} | {f"b{number}": "50-249" for number in range(1, 7)}
    counts = {(f"a{number}", "design"): (0, 3) for number in (2, 3, 4, 5)}
    counts |= {(f"a{number}", "sales"): (0, 8 if number == 3 else 1) for number in (3, 4, 5, 6, 7)}
    counts |= {(name, "data"): (0, 5) for name in ("a2", "a3", *(f"b{number}" for number in range(1, 7)))}
    cells = [each for each in shown(empty.result.target, hosts, counts) if each["host_id"] == "a1"]
    assert {(each["category"], each["size_band"]) for each in cells if each["is_shown"]} == {
        ("all", "all"),
        ("data", "all"),
    }
    assert_nothing_is_told({"a1": "1-49", **hosts}, counts, cells)


@pytest.mark.parametrize("seed", range(0, 150, 5))
def test_what_is_shown_is_the_sum_of_the_others_and_all_is_shown_whenever_it_may_be(empty: Built, seed: int) -> None:
    hosts, counts = marketplace(seed)
    cells = shown(empty.result.target, hosts, counts)
    for cell in cells:
        peers = peers_in(cell["host_id"], hosts, counts, (cell["category"], cell["size_band"]))
        units = [size for _, size in peers.values()]
        if cell["is_shown"]:
            figures = (cell["peer_count"], cell["numerator"], cell["denominator"])
            assert figures == (len(peers), sum(hits for hits, _ in peers.values()), sum(units))
        else:
            assert (cell["peer_count"], cell["numerator"], cell["denominator"]) == (None, None, None)
        if (cell["category"], cell["size_band"]) == ("all", "all"):
            assert cell["is_shown"] == (bool(units) and not tells_of_few(units))


def test_a_marketplace_of_many_even_employers_shows_nearly_all(empty: Built) -> None:
    hosts = {f"h{number:02}": BANDS[number % 3] for number in range(30)}
    counts = {(host, category): (1, 4) for host in hosts for category in ("data", "sales")}
    cells = shown(empty.result.target, hosts, counts)
    assert len(cells) == 30 * 3 * 2
    assert all(cell["is_shown"] for cell in cells)


def test_five_others_are_enough_and_four_are_not(empty: Built) -> None:
    """Six hosts of one band with 4 units each: each sees five others; of five hosts, each sees four."""
    for count, is_shown in ((6, 1), (5, 0)):
        hosts = {f"h{number}": "1-49" for number in range(count)}
        cells = shown(empty.result.target, hosts, {(host, "data"): (1, 4) for host in hosts})
        assert {cell["is_shown"] for cell in cells} == {is_shown}


def test_half_of_the_units_may_be_one_peer_s_and_more_may_not(empty: Built) -> None:
    """The viewer h0 sees 4, 1, 1, 1, 1: half is one peer's. With 5 in its place, it is more than half."""
    hosts = {f"h{number}": "1-49" for number in range(6)}
    for largest, is_shown in ((4, 1), (5, 0)):
        counts = {(host, "data"): (0, 1) for host in hosts} | {("h1", "data"): (0, largest)}
        cells = shown(empty.result.target, hosts, counts)
        assert {cell["is_shown"] for cell in cells if cell["host_id"] == "h0"} == {is_shown}
