"""The log held against its seals: whole, or the first place where it is not."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from dashboards.audit.entry import NOTHING_BEFORE, is_sealed, key_id, parsed
from dashboards.audit.errors import BrokenLogError
from dashboards.audit.log import HEAD, Head, Log


@dataclass(frozen=True)
class Verdict:
    """How many entries there are, the last one's seal, and what was torn by a crash and mended since."""

    count: int
    last: str
    mended: tuple[str, ...] = ()


def verify(log: Log, held: tuple[int, str] | None = None) -> Verdict:
    """Read the whole log and return what it holds; raises BrokenLogError at the first place that is not as written.

    ``held`` is the number of an entry and how its seal begins, as an earlier verdict had it: the log must hold it.
    """
    head, files = log.head(), log.files()
    if head is None:
        if files or (log.folder / HEAD).exists():
            raise BrokenLogError(HEAD, f"a head sealed with key {key_id(log.key)}", "none, or another's")
        if held is not None:
            raise BrokenLogError("the folder", f"entry {held[0]:,}, which was noted", "no entry at all")
        return Verdict(0, NOTHING_BEFORE)
    count, last, mended = 0, NOTHING_BEFORE, list[str]()
    torn: tuple[str, bytes] | None = None
    for place, text in _lines(log):
        fields = parsed(text)
        if fields is None:
            if torn is not None:
                raise _foreign(*torn)
            torn = (place, text)
            continue
        if torn is not None and fields.get("action") != "mended":
            raise _foreign(*torn)
        _hold(place, fields, count, last, log.key)
        if fields["action"] == "mended":
            mended.append(_mending(place, fields, torn))
            torn = None
        count, last = int(fields["sequence"]), str(fields["hash"])
        if held is not None and count == held[0] and not last.startswith(held[1]):
            raise BrokenLogError(place, f"the seal {held[1]} that was noted", last[: len(held[1])])
    if torn is not None:
        raise BrokenLogError(torn[0], "an entry", f"a torn line of {len(torn[1])} bytes; the next entry will mend it")
    _hold_head(head, count, last)
    if held is not None and count < held[0]:
        raise BrokenLogError("the end", f"entry {held[0]:,}, which was noted", f"{count:,} entries")
    return Verdict(count, last, tuple(mended))


def _lines(log: Log) -> Iterator[tuple[str, bytes]]:
    """Yield each line with its file and number, without its end."""
    for path in log.files():
        with path.open("rb") as lines:
            for number, text in enumerate(lines, start=1):
                yield f"{path.name}, line {number}", text.rstrip(b"\n")


def _hold(place: str, fields: dict[str, Any], count: int, last: str, key: bytes) -> None:
    """Hold an entry against the one before it and against its own seal."""
    if fields.get("sequence") != count + 1:
        raise BrokenLogError(place, f"entry {count + 1}", f"entry {fields.get('sequence')}")
    if fields.get("key") != key_id(key):
        raise BrokenLogError(place, f"a seal with key {key_id(key)}", f"one with key {fields.get('key')}")
    if fields.get("previous") != last:
        raise BrokenLogError(place, f"the entry before to end in {last[-12:]}", str(fields.get("previous"))[-12:])
    if not is_sealed(fields, key):
        raise BrokenLogError(place, "the seal of what it says", f"the seal of something else, {fields.get('hash')}")


def _mending(place: str, fields: dict[str, Any], torn: tuple[str, bytes] | None) -> str:
    """Return what an entry mended; raises BrokenLogError where that is no torn line, or another one."""
    reason = str(fields["reason"])
    if not reason.startswith("torn line"):
        raise BrokenLogError(place, "no end of the log to have been changed", f"that {reason}")
    if torn is None or sha256(torn[1]).hexdigest() not in reason:
        raise BrokenLogError(place, f"before it a {reason}", "no such line")
    return f"{torn[0]}: a torn line, mended by the next entry"


def _foreign(place: str, text: bytes) -> BrokenLogError:
    return BrokenLogError(place, "an entry as this program writes it", f"{len(text)} bytes of something else")


def _hold_head(head: Head, count: int, last: str) -> None:
    """Hold the end of the log against its head."""
    if (head.count, head.last) != (count, last):
        found = f"{count:,} that end in {last[-12:]}"
        raise BrokenLogError("the end", f"{head.count:,} entries that end in {head.last[-12:]}", found)
