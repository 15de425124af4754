"""Whatever the order in which deliveries arrive, the warehouse ends in the same state, and in the right one.

Which of two whole deliveries of one moment is refused, and under which of its names, as snapshot or as correction, a
delivery is known that came in several ways, is decided by who comes first: orders are held against one another where
those agree.
"""

import itertools
import random
import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.content import Content, contents
from pipelines.ingest import ingest
from pipelines.ledger import Batch
from pipelines.warehouse import open_warehouse, prepare
from tests.conftest import Project
from tests.faults.arriving import Arrivals, state, warehouse_in_memory
from tests.faults.deliveries import FIRST, Delivery, Mode, Row, current, judged, reading
from tests.faults.figures import record
from tests.faults.generation import tries

FEEDS: tuple[tuple[Mode, str, str], ...] = (
    ("snapshot", "alpha", "employer_domains"),
    ("correction", "beta", "employer_domains"),
    ("changes", "gamma", "employer_domains"),
    ("snapshot", "alpha", "ats_candidates"),
    ("changes", "beta", "ats_candidates"),
    ("correction", "gamma", "ats_candidates"),
    ("events", "alpha", "application_events"),
    ("snapshot", "beta", "application_events"),
    ("changes", "alpha", "employer_domains"),
    ("changes", "alpha", "ats_candidates"),
    ("events", "beta", "application_events"),
    ("correction", "alpha", "employer_domains"),
    ("snapshot", "gamma", "ats_candidates"),
)
"""How each source delivers each entity, some in two ways; several sources tell of the same keys."""

FLAWS = ("", "", "", "", "", "", "value", "keyless", "torn", "ahead")
ROWS = st.builds(
    Row, st.integers(0, 2), st.integers(0, 2), st.none() | st.none() | st.integers(0, 4), st.sampled_from(FLAWS)
)


@st.composite
def histories(draw: st.DrawFn) -> list[Delivery]:
    """Return two to eight deliveries of an entity by one to three feeds; some hold the rows of one before."""
    entity = draw(st.sampled_from(sorted({feed[2] for feed in FEEDS})))
    feeds = draw(st.lists(st.sampled_from([feed for feed in FEEDS if feed[2] == entity]), min_size=1, max_size=3))
    history: list[Delivery] = []
    for number in range(draw(st.integers(2, 8))):
        mode, source, _ = draw(st.sampled_from(feeds))
        name = draw(st.sampled_from(("north.csv", "south.csv"))) if mode == "correction" else f"file{number}.csv"
        like = [each for each in history if each.source == source]
        before = draw(st.sampled_from(like)) if like and draw(st.integers(0, 2)) == 0 else None
        rows = before.rows if before else tuple(draw(st.lists(ROWS, max_size=4)))
        day = before.day if before and draw(st.booleans()) else draw(st.integers(0, 3))
        history.append(Delivery(mode, source, entity, day, name, rows))
    return history


def split(deliveries: Sequence[Delivery], cuts: Sequence[bool]) -> list[list[Delivery]]:
    """Return the deliveries in batches; a new one begins after each true cut."""
    batches: list[list[Delivery]] = [[]]
    for each, cut in itertools.zip_longest(deliveries, cuts[: len(deliveries) - 1], fillvalue=False):
        batches[-1].append(each)
        if cut:
            batches.append([])
    return batches


@st.composite
def plans(draw: st.DrawFn) -> tuple[list[Delivery], list[list[list[Delivery]]]]:
    """Return a history and several ways for it to arrive, each a list of batches."""
    history = draw(histories())
    order, other = draw(st.permutations(history)), draw(st.permutations(history))
    cuts = draw(st.lists(st.booleans(), min_size=8, max_size=8))
    ways = [[history], [[each] for each in history], [[each] for each in order], split(other, cuts)]
    return history, ways


@pytest.fixture(scope="module")
def memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    with warehouse_in_memory(tmp_path_factory.mktemp("spill")) as connection:
        yield connection


@pytest.fixture(scope="module")
def tried() -> Iterator[dict[str, int]]:
    """Count what the property tries, and record it with what survived when the module is done."""
    counts = {"histories": 0, "orders": 0, "survived histories": 0, "survived orders": 0}
    yield counts
    record("histories of deliveries", counts["histories"], counts["survived histories"])
    record("orders of arrival", counts["orders"], counts["survived orders"])


def arrived(memory: duckdb.DuckDBPyConnection, folder: Path, way: Sequence[Sequence[Delivery]]) -> Arrivals:
    """Let the batches arrive, and hold what becomes of each file against the model."""
    arrivals = Arrivals(memory, folder)
    outcomes = []
    for batch in way:
        for each in batch:
            arrivals.land(each)
        outcomes += arrivals.run().outcomes
    expected = judged(way)
    assert [(each.name, each.status) for each in outcomes] == [(each.name, status) for each, status in expected]
    for outcome, (delivery, status) in zip(outcomes, expected, strict=True):
        if status == "loaded":
            assert outcome.read == len(delivery.rows) == outcome.loaded + outcome.unchanged + outcome.quarantined
            assert outcome.quarantined == reading(delivery).quarantined
    return arrivals


@tries(few=10, many=300)
@given(plan=plans())
def test_any_order_of_arrival_ends_in_the_same_right_state(
    memory: duckdb.DuckDBPyConnection,
    tried: dict[str, int],
    tmp_path_factory: pytest.TempPathFactory,
    plan: tuple[list[Delivery], list[list[list[Delivery]]]],
) -> None:
    history, ways = plan
    tried["histories"] += 1
    ended: dict[object, object] = {}
    folder = tmp_path_factory.mktemp("plan")
    for number, way in enumerate(ways):
        tried["orders"] += 1
        arrivals = arrived(memory, folder / str(number), way)
        fates = judged(way)
        standing = [each for each, status in fates if status != "refused"]
        assert arrivals.problems() == []
        has_repeats = any(status == "repeated" for _, status in fates)
        held = state(memory, but=["file_name", "mode"] if has_repeats else [])
        refused = frozenset((each.identity, each.name) for each, status in fates if status == "refused")
        if refused not in ended:
            for day in sorted({each.day for each in history}):
                moment = FIRST + timedelta(days=day)
                assert arrivals.current([history[0].entity], moment) == current(standing, moment)
        assert ended.setdefault(refused, held) == held
        tried["survived orders"] += 1
    tried["survived histories"] += 1


@pytest.mark.slow
def test_the_marts_do_not_tell_in_which_order_the_sample_arrived(tiny: Project, tmp_path: Path) -> None:
    landing, project = tiny.data / "landing", Project(tmp_path)
    shutil.copytree(tiny.data.parent / "secrets", tmp_path / "secrets")
    folders = sorted(manifest.parent for manifest in landing.rglob("delivery.toml"))
    order = random.Random(6).sample(folders, len(folders))
    warehouse = Path("warehouse", "analytics.duckdb")
    with open_warehouse(project.data / warehouse) as connection:
        prepare(connection)
        for number, folder in enumerate(order):
            shutil.copytree(folder, project.data / "landing" / folder.relative_to(landing))
            ingest(connection, project.data / "landing", Batch(f"batch-{number:03}", datetime(2026, 6, 1)))
    done = project.throughline("build")
    assert done.returncode == 0, done.stdout + done.stderr
    in_order, shuffled = (
        held_by(each.data / warehouse, ["raw", "quarantine", "pseudonyms", "marts"]) for each in (tiny, project)
    )
    record(
        "tables of the sample in another order",
        len(in_order),
        sum(shuffled.get(name) == in_order[name] for name in in_order),
    )
    assert {name for name in in_order if in_order[name] != shuffled.get(name)} == set()
    assert shuffled.keys() == in_order.keys()
    assert in_order["marts.fct_hires"].rows > 0


def held_by(warehouse: Path, schemas: Sequence[str]) -> dict[str, Content]:
    """Return what the tables of a warehouse hold."""
    with open_warehouse(warehouse, read_only=True) as connection:
        return contents(connection, schemas)
