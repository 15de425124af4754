"""A statement without what was typed into it: its words, with a mark for each value, for the audit log."""

from itertools import pairwise

from dashboards.database import SqlError, statements, tokens

MARKS = {"string_const": "?", "numeric_const": "?", "comment": ""}


def shape(statement: str) -> str:
    """Return a statement with its literals as ``?``, quoted names as ``"?"`` and no comments; "" if it is none."""
    try:
        if not statements(statement):
            return ""
        found = tokens(statement)
    except SqlError:
        return ""
    encoded = statement.encode()
    ends = [*found, (len(encoded), "end")]
    words = [_word(encoded[first:last].decode(errors="replace"), kind) for (first, kind), (last, _) in pairwise(ends)]
    return " ".join(word for word in words if word)


def _word(text: str, kind: str) -> str:
    """Return what stands for a token; its text goes on to where the next token begins, so a comment may follow it."""
    if kind in MARKS:
        return MARKS[kind]
    if text.startswith('"'):
        return '"?"'
    return text.split("--", 1)[0].split("/*", 1)[0].strip()
