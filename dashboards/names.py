"""Names as people type them: which of those that exist a word is most like."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, known: Iterable[str]) -> str:
    """Return "nearest: x, y" for the names most like ``word``, or "known: ..." with the first of them in order.

    A name is like a word that it holds, that is spelt much like it or like its last part, or, failing these, that
    shares a part with it.
    """
    names = sorted(known)
    near = _holding(word, names) + _spelt_like(word, names) or _sharing(word, names)
    if near:
        return f"nearest: {', '.join(list(dict.fromkeys(near))[:5])}"
    more = " and others" if len(names) > 12 else ""
    return f"known: {', '.join(names[:12])}{more}" if names else "there is none"


def _holding(word: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if len(word) > 2 and word.lower() in name.lower()]


def _spelt_like(word: str, names: Iterable[str]) -> list[str]:
    ends: dict[str, list[str]] = {}
    for name in names:
        ends.setdefault(name.rpartition("__")[2], []).append(name)
    close = get_close_matches(word.rpartition("__")[2], ends, 3, 0.7)
    return [*get_close_matches(word, names, 3), *(name for end in close for name in ends[end])]


def _sharing(word: str, names: Iterable[str]) -> list[str]:
    parts = {part for part in word.lower().split("_") if len(part) > 2}
    shared = {name: len(parts & set(name.lower().split("_"))) for name in names}
    return sorted((name for name in names if shared[name]), key=lambda name: (-shared[name], name))
