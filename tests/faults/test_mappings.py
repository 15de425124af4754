"""A mapping is followed, or refused with file, key and what was expected, before any row is loaded."""

import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import MappingError
from pipelines.ingest import check, ingest
from pipelines.ledger import Batch
from pipelines.mapping import read_mapping
from pipelines.run import finish
from tests.conftest import ROOT
from tests.faults.arriving import Landing, warehouse_in_memory
from tests.faults.generation import tries

pytestmark = pytest.mark.filterwarnings("ignore:Possible nested set:FutureWarning")

EXAMPLES = sorted((ROOT / "pipelines" / "sources" / "examples").glob("*.mapping.toml"))
REASON = "expected|is unknown|has no column|not in the contract|not allowed|need an event_log"
DATES = {"%d/%m/%Y": "31/01/2025", "%Y%m%d": "20250131", "%d.%m.%y": "31.01.25"}

Tree = dict[str, Any]


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Landing]:
    with warehouse_in_memory(tmp_path_factory.mktemp("spill")) as connection:
        landing = Landing(connection, tmp_path_factory)
        yield landing
    landing.record()


def toml(value: Any) -> str:
    """Return a value as inline TOML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(name)} = {toml(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, date | datetime):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value).lower()


def document(mapping: Tree) -> str:
    """Return a mapping as a TOML document."""
    return "\n".join(f"{json.dumps(name)} = {toml(value)}" for name, value in mapping.items())


@st.composite
def exports(draw: st.DrawFn) -> tuple[Tree, bytes]:
    """Return a right mapping, and the bytes of an export with two rows that it describes."""
    delimiter, encoding = (
        draw(st.sampled_from(",;|\t~")),
        draw(st.sampled_from(("utf-8", "latin-1", "utf-16", "cp1252"))),
    )
    names = draw(st.permutations(["company", "mail domain", "seen", 'extra "quoted"']))
    format = draw(st.sampled_from(sorted(DATES)))
    null, yes = draw(st.sampled_from(("n/d", "-", "NULL"))), draw(st.sampled_from(("ja", "sì", "1")))
    rows = [("E1", "é.example", DATES[format], "x"), ("E2", "b.example", null, "")]
    cells = ("company", "mail domain", "seen", 'extra "quoted"')
    lines = [[f'"{name.replace(chr(34), chr(34) * 2)}"' for name in names]]
    lines += [[row[cells.index(name)] for name in names] for row in rows]
    dialect = {"delimiter": delimiter, "encoding": encoding, "null_words": [null], "true_words": [yes]}
    fields: Tree = {"employer_id": "company", "domain": "mail domain", "verified_at": "seen"}
    entity: Tree = {"fields": fields}
    if draw(st.booleans()):
        fields["domain"] = {"template": "{mail domain}"}
    if draw(st.booleans()):
        entity["values"] = {"employer_id": {"E1": "E1", "*": "E2"}}
    spec: Tree = {
        "path": draw(st.sampled_from(("x.csv", "*.csv", "**/x.csv"))),
        "entities": {"employer_domains": entity},
    }
    spec["dialect"] = {**dialect, "timestamp_formats": [format]}
    spec["delivery"] = draw(st.sampled_from(("changes", "snapshot", "events")))
    if draw(st.booleans()):
        spec["correction"] = "by_name"
    when = draw(st.sampled_from((datetime(2026, 2, 1), date(2026, 2, 1), "2026-02-01T00:00:00Z")))
    mapping: Tree = {"source": "northwind", "files": [spec]}
    (spec if draw(st.booleans()) else mapping)["delivered_at"] = when
    return mapping, "\n".join(delimiter.join(line) for line in lines).encode(encoding)


JUNK = st.one_of(
    st.sampled_from(("", " ", "x", "E1", "**", "../x.csv", "*" * 40, "(", "%Q", "{a", "{a}{b}", "$", '"', "é" * 300)),
    st.sampled_from((0, -1, 1, 10**25, 1.5, float("nan"), float("inf"), True, date(2026, 1, 1), datetime(1, 1, 1))),
    st.sampled_from(([], {}, [[]], [""], {"": ""}, {"a": {"b": {}}}, {"column": 3}, {"first": "seen"}, ["x", 3])),
    st.text(max_size=12),
    st.integers(),
)
NAMES = (
    *("path", "delivery", "correction", "delivered_at", "delivered_at_pattern", "dialect", "event_log", "entities"),
    *(
        "fields",
        "constants",
        "values",
        "format",
        "sheet",
        "epoch",
        "timezone",
        "currency",
        "case",
        "activities",
        "time",
    ),
    *("thousands_mark", "decimal_mark", "sentinel_dates", "date_formats", "employer_id", "employers", "updated_at"),
)


@st.composite
def broken(draw: st.DrawFn, mapping: Tree) -> Tree:
    """Return the mapping with one thing left out, renamed, added or replaced."""
    tree: Tree = json.loads(json.dumps(mapping, default=lambda moment: moment.isoformat()))
    place: Any = tree
    while True:
        steps = sorted(place) if isinstance(place, dict) else list(range(len(place)))
        step = draw(st.sampled_from(steps)) if steps else None
        if step is None or not isinstance(place[step], dict | list) or not place[step] or draw(st.integers(0, 3)) == 0:
            break
        place = place[step]
    kind = draw(st.sampled_from(("drop", "rename", "add", "replace", "replace")))
    if kind == "drop" and step is not None:
        del place[step]
    elif kind == "rename" and isinstance(place, dict) and step is not None:
        place[draw(st.sampled_from((f"{step}s", step[1:], step.upper(), "")))] = place.pop(step)
    elif kind == "add" and isinstance(place, dict):
        place[draw(st.sampled_from(NAMES) | st.text(max_size=5))] = draw(JUNK)
    elif step is not None:
        place[step] = draw(JUNK)
    return tree


@tries(few=12, many=600)
@given(export=exports())
def test_a_right_mapping_is_followed(landing: Landing, export: tuple[Tree, bytes]) -> None:
    mapping, content = export
    landing.tried["right mappings"] += 1
    folder = landing.given("x.csv", content)
    (folder / "x.mapping.toml").write_text(document(mapping))
    outcome = landing.outcome(folder)
    assert (outcome.status, outcome.read, outcome.loaded) == ("loaded", 2, 2), outcome.reason
    held = landing.connection.sql("select employer_id, domain, verified_at from raw.employer_domains order by 1")
    assert held.fetchall() == [("E1", "é.example", datetime(2025, 1, 31)), ("E2", "b.example", None)]
    landing.survived["right mappings"] += 1


def held_to_its_word(landing: Landing, folder: Path, name: str) -> None:
    """Hold that a run says of mapping and data what became of them, the same in a check, and leaves no half."""
    first, before = Batch("first", datetime(2026, 6, 1)), landing.state()
    foreseen = {each.name: each.status for each in check(landing.connection, folder, [], first)}
    assert landing.state() == before
    report = ingest(landing.connection, folder, first)
    assert {each.name: each.status for each in report.outcomes} == foreseen
    assert finish(report) == any(each.status == "refused" for each in report.outcomes)
    for outcome in report.outcomes:
        assert outcome.status in ("loaded", "refused"), outcome
        if outcome.status == "refused":
            assert re.search(REASON, outcome.reason or "") or "held back" in (outcome.reason or ""), outcome.reason
    refused = {each.name: each.reason or "" for each in report.refused}
    wrong = what_is_wrong(folder / "x.mapping.toml")
    if wrong is not None:
        assert wrong.startswith("x.mapping.toml: ")
        assert re.search(REASON, wrong), wrong
        assert refused["x.mapping.toml"] == wrong
        assert landing.state() == before, "a wrong mapping loads nothing"
    landing.hold_balance(report.outcomes)
    landing.survived[name] += 1


def what_is_wrong(path: Path) -> str | None:
    """Return what the reader of mappings says against a mapping; None where it can be followed."""
    try:
        read_mapping(path)
    except MappingError as error:
        return str(error)
    return None


@tries(few=30, many=1500)
@given(data=st.data(), export=exports())
def test_a_broken_mapping_is_followed_or_refused(
    landing: Landing, data: st.DataObject, export: tuple[Tree, bytes]
) -> None:
    mapping, content = export
    for _ in range(data.draw(st.integers(1, 2))):
        mapping = data.draw(broken(mapping))
    folder = landing.given("x.csv", content)
    (folder / "x.mapping.toml").write_text(document(mapping))
    landing.tried["broken mappings"] += 1
    held_to_its_word(landing, folder, "broken mappings")


@tries(few=20, many=1500)
@given(data=st.data(), export=exports())
def test_a_mapping_with_damaged_text_is_followed_or_refused(
    landing: Landing, data: st.DataObject, export: tuple[Tree, bytes]
) -> None:
    mapping, content = export
    text = document(mapping).encode()
    if data.draw(st.booleans()):
        text = data.draw(st.sampled_from(EXAMPLES)).read_bytes()
    for _ in range(data.draw(st.integers(1, 3))):
        at, to = sorted((data.draw(st.integers(0, len(text))), data.draw(st.integers(0, len(text)))))
        piece = data.draw(
            st.binary(max_size=3) | st.sampled_from((b'"', b"[", b"]", b"=", b"\n", b"'''", b"[[files]]\n"))
        )
        text = data.draw(
            st.sampled_from((text[:at], text[:at] + piece + text[at:], text[:at] + text[min(to, at + 9) :]))
        )
    folder = landing.given("x.csv", content)
    (folder / "x.mapping.toml").write_bytes(text)
    landing.tried["damaged mappings"] += 1
    held_to_its_word(landing, folder, "damaged mappings")
