"""The audit log: whole, changed, cut, torn, written by many, without room. Attacks first show that they would work."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dashboards import audit
from dashboards.audit import AuditError, BrokenLogError, Entry, Log, verify
from dashboards.audit.entry import canonical, seal
from tests.conftest import ROOT

KEY = b"a key of the tests, long enough"
NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)


def entry(subject: str = "market", **more: object) -> Entry:
    return Entry("ada@example.org", "analyst", "page", subject, **more)  # type: ignore[arg-type]


@pytest.fixture
def log(tmp_path: Path) -> Log:
    """A log of five entries."""
    made = Log(tmp_path / "audit", KEY)
    for number in range(5):
        made.append(entry(f"page {number}"), NOON)
    return made


def only(log: Log) -> Path:
    (path,) = log.files()
    return path


def test_a_log_that_nobody_touched_is_whole(log: Log) -> None:
    found = verify(log)
    assert (found.count, found.mended) == (5, ())
    lines = [json.loads(line) for line in only(log).read_text().splitlines()]
    assert [line["sequence"] for line in lines] == [1, 2, 3, 4, 5]
    assert [line["previous"] for line in lines[1:]] == [line["hash"] for line in lines[:-1]]
    assert lines[0]["at"] == "2026-03-31T12:00:00.000+00:00"


def test_an_empty_log_is_whole(tmp_path: Path) -> None:
    assert verify(Log(tmp_path / "none", KEY)).count == 0


def test_nobody_else_may_read_it(log: Log) -> None:
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in log.folder.iterdir()}
    assert stat.S_IMODE(log.folder.stat().st_mode) == 0o700
    assert set(modes.values()) == {0o600}


def test_an_old_month_is_another_file_and_the_chain_goes_on(log: Log) -> None:
    log.append(entry(), datetime(2026, 4, 1, 0, 30, tzinfo=UTC))
    log.append(entry(), NOON)  # A clock that went backward: written as it is, behind what is there.
    first, second = log.files()
    assert [first.name, second.name] == ["audit-2026-03.jsonl", "audit-2026-04.jsonl"]
    assert len(second.read_text().splitlines()) == 2
    assert json.loads(second.read_text().splitlines()[1])["at"].startswith("2026-03-31")
    assert verify(log).count == 7


# Attacks: somebody may write the files, and does not have the key ----------------------------------------------------


def forged(log: Log, key: bytes) -> None:
    """Give the third entry to somebody else and seal it and all after it anew, with the key at hand."""
    path, previous = only(log), "0" * 64
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    lines[2]["who"] = "bob@example.org"
    for fields in lines:
        fields.pop("hash")
        fields["previous"] = previous
        previous = fields["hash"] = seal(key, fields)
    path.write_text("".join(f"{canonical(fields)}\n" for fields in lines))
    head = json.loads((log.folder / "head").read_text())
    head.pop("hash")
    head["last"] = previous
    head["hash"] = seal(key, head)
    (log.folder / "head").write_text(json.dumps(head))


def edit(old: bytes, new: bytes) -> Callable[[Log], None]:
    def change(log: Log) -> None:
        told = only(log).read_bytes()
        assert old in told
        only(log).write_bytes(told.replace(old, new, 1))

    return change


def lines_kept(keep: Callable[[list[bytes]], list[bytes]]) -> Callable[[Log], None]:
    def change(log: Log) -> None:
        only(log).write_bytes(b"".join(keep(only(log).read_bytes().splitlines(keepends=True))))

    return change


def without_head(log: Log) -> None:
    (log.folder / "head").unlink()


def cut_without_head(log: Log) -> None:
    lines_kept(lambda lines: lines[:3])(log)
    without_head(log)


def all_gone(log: Log) -> None:
    only(log).unlink()


@pytest.mark.parametrize(
    ("attack", "place", "expected"),
    [
        (edit(b'"subject":"page 2"', b'"subject":"page 7"'), "line 3", "the seal of what it says"),
        (edit(b'"rows":null', b'"rows": null'), "line 1", "an entry as this program writes it"),
        (edit(b'"sequence":4', b'"sequence":5'), "line 4", "entry 4"),
        (lines_kept(lambda lines: [*lines[:2], *lines[3:]]), "line 3", "entry 3"),
        (lines_kept(lambda lines: [*lines[:1], lines[2], lines[1], *lines[3:]]), "line 2", "entry 2"),
        (lines_kept(lambda lines: [*lines[:3], lines[2], *lines[3:]]), "line 4", "entry 4"),
        (lines_kept(lambda lines: lines[1:]), "line 1", "entry 1"),
        (lines_kept(lambda lines: lines[:4]), "the end", "5 entries"),
        (lines_kept(lambda lines: []), "the end", "5 entries"),
        (lines_kept(lambda lines: [*lines, b"who knows\n"]), "line 6", "an entry"),
        (all_gone, "the end", "5 entries"),
        (without_head, "head", "a head sealed"),
        (cut_without_head, "head", "a head sealed"),
        (lambda log: forged(log, b"a guess of the key"), "head", "a head sealed"),
    ],
)
def test_a_change_is_found_and_its_place_named(
    log: Log, attack: Callable[[Log], None], place: str, expected: str
) -> None:
    attack(log)
    with pytest.raises(BrokenLogError) as found:
        verify(log)
    assert place in found.value.place
    assert expected in found.value.expected


def test_who_has_the_key_could_forge_so_it_lies_outside_the_data(log: Log) -> None:
    """The positive control of the forgery above: the same steps with the right key leave no trace."""
    forged(log, KEY)
    assert verify(log).count == 5
    assert b"bob@example.org" in only(log).read_bytes()


@pytest.mark.parametrize("attack", [lines_kept(lambda lines: lines[:3]), cut_without_head, without_head, all_gone])
def test_what_was_cut_stays_found_though_the_log_goes_on(log: Log, attack: Callable[[Log], None]) -> None:
    attack(log)
    log.append(entry(), NOON)
    with pytest.raises(BrokenLogError):
        verify(log)


# Crashes -------------------------------------------------------------------------------------------------------------


def test_a_torn_last_line_is_named_and_the_next_entry_mends_it(log: Log) -> None:
    with only(log).open("ab") as end:
        end.write(b'{"action":"page","at":"2026-03-31T12:0')
    with pytest.raises(BrokenLogError, match="line 6: expected an entry; found a torn line of 38 bytes"):
        verify(log)
    log.append(entry("after"), NOON)
    found = verify(log)
    assert found.count == 7
    assert found.mended == ("audit-2026-03.jsonl, line 6: a torn line, mended by the next entry",)
    mending = json.loads(only(log).read_text().splitlines()[6])
    assert (mending["action"], mending["who"]) == ("mended", "throughline")


def test_a_torn_line_that_is_changed_later_is_found(log: Log) -> None:
    with only(log).open("ab") as end:
        end.write(b'{"torn')
    log.append(entry("after"), NOON)
    edit(b'{"torn', b'{"worn')(log)
    with pytest.raises(BrokenLogError, match="no such line"):
        verify(log)


@pytest.mark.parametrize("at", [NOON, datetime(2026, 4, 1, tzinfo=UTC)], ids=["the same month", "a new month"])
def test_a_process_that_died_between_line_and_head_leaves_a_whole_log(log: Log, at: datetime) -> None:
    before = (log.folder / "head").read_bytes()
    log.append(entry("its head was never written"), at)
    (log.folder / "head").write_bytes(before)
    log.append(entry("after"), at)
    assert verify(log).count == 7
    assert verify(log).mended == ()


def test_many_processes_that_write_at_once_leave_one_chain(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from datetime import datetime, UTC\n"
        "from dashboards.audit import Entry, Log\n"
        f"log = Log(Path(sys.argv[1]), {KEY!r})\n"
        "for n in range(50): log.append(Entry(sys.argv[2], 'analyst', 'page', str(n)), datetime.now(UTC))"
    )
    folder = tmp_path / "audit"
    started = [subprocess.Popen([sys.executable, "-c", code, str(folder), f"p{n}"], cwd=ROOT) for n in range(4)]
    assert [each.wait() for each in started] == [0, 0, 0, 0]
    log = Log(folder, KEY)
    assert verify(log).count == 200
    wrote = [json.loads(line)["who"] for path in log.files() for line in path.read_text().splitlines()]
    assert {who: wrote.count(who) for who in set(wrote)} == {f"p{n}": 50 for n in range(4)}


# The rim -------------------------------------------------------------------------------------------------------------


def test_without_room_or_right_nothing_is_recorded_and_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "audit").write_text("no folder")
    with pytest.raises(AuditError, match="Nothing is shown that cannot be recorded"):
        Log(tmp_path / "audit", KEY).append(entry(), NOON)


def test_another_key_is_refused_and_named(log: Log) -> None:
    other = Log(log.folder, b"another key of the tests")
    with pytest.raises(AuditError, match="Put the earlier key back"):
        other.append(entry(), NOON)
    assert verify(log).count == 5


def test_what_a_stranger_types_does_not_fill_the_disk(log: Log) -> None:
    log.append(entry("x" * 1_000_000, text="y" * 1_000_000), NOON)
    assert only(log).stat().st_size < 10_000
    assert verify(log).count == 6


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("THROUGHLINE_AUDIT_SECRET", raising=False)
    monkeypatch.setenv("THROUGHLINE_AUDIT_KEY_FILE", str(tmp_path / "secrets" / "audit.key"))
    monkeypatch.setenv("THROUGHLINE_AUDIT", str(tmp_path / "audit"))
    audit.record(entry())
    key = tmp_path / "secrets" / "audit.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert verify(Log(tmp_path / "audit", key.read_text().encode())).count == 1


def test_a_short_key_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THROUGHLINE_AUDIT_SECRET", "short")
    with pytest.raises(AuditError, match="at least 16 bytes"):
        audit.record(entry())


def test_parameters_are_a_hash_that_needs_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    found = set()
    for key in ("a key of the tests, number one", "a key of the tests, number two"):
        monkeypatch.setenv("THROUGHLINE_AUDIT_SECRET", key)
        found |= {audit.parameters_hash({"student": "S1"}), audit.parameters_hash({"student": "S1"})}
    assert len(found) == 2
    assert not [each for each in found if "S1" in each]
    assert os.environ["THROUGHLINE_AUDIT_SECRET"] not in str(found)
