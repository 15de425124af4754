"""Which statements are run at all: one, and only if it reads."""

import re

from dashboards.analysis.problems import Problem
from dashboards.analysis.reachable import out_of_reach
from dashboards.database import SqlError, statements

LONGEST = 100_000
"""Characters of a statement."""

READING = ("SELECT", "EXPLAIN")
COMMENTS = re.compile(r"\A(?:\s+|--[^\n]*(?:\n|\Z)|/\*(?:(?!/\*|\*/).)*\*/)*", re.S)
EXPLAINING = tuple(
    re.compile(each, re.I) for each in (r"explain\b", r"analyze\b", r"\(\s*(?:analyze|format)\b[^()]*\)")
)
"""What may stand before the statement that is explained, in this order."""

REFUSED = {
    "COPY": "Read the rows: the answer can be downloaded, and in the shell --format writes it.",
    "EXPORT": "The published file itself can be copied: analytics.duckdb, in the folder published.",
    "CREATE": "Put a step into a WITH clause: with my_step as (select ...) select * from my_step.",
    "SET": "Settings and limits are fixed.",
    "RESET": "Settings and limits are fixed.",
    "PRAGMA": "Tables and columns are in duckdb_tables() and duckdb_columns(); describe marts.x lists one table's.",
    "CALL": "Use the function in a select: select * from the_function().",
    "ATTACH": "The published file is open already: its tables are marts.* and meta.*.",
    "DETACH": "The published file is open already: its tables are marts.* and meta.*.",
    "INSTALL": "No extension is needed for the published file, and none can be loaded.",
    "LOAD": "No extension is needed for the published file, and none can be loaded.",
    "PREPARE": "Write the values into the statement.",
    "EXECUTE": "Write the values into the statement.",
}
"""First word of a statement -> what to do instead."""

OTHERWISE = "The published file is read only: begin with select, with, from, describe, summarize or explain."


def refused(text: str) -> Problem | None:
    """Return why a text is not run, or None where it is one statement that reads, and only from where it may."""
    if len(text) > LONGEST:
        return Problem(
            "The statement is too long", f"Expected at most {LONGEST:,} characters; found {len(text):,}.",
            "Join a table instead of listing values.", kind="refused",
        )  # fmt: skip
    try:
        found = statements(text)
    except SqlError as error:
        return Problem.of(str(error))
    if not found:
        return Problem(
            "There is nothing to run", "Expected a statement; found none.", "Write one, or open a worked query."
        )
    if COMMENTS.sub("", text).startswith("/*"):
        return Problem(
            "One comment within another", "Expected plain comments; found a nested one.", "Take it apart.",
            kind="refused",
        )  # fmt: skip
    if len(found) > 1:
        return _too_many(text, len(found))
    kind, word = found[0][0], _first_word(text)
    if word in ("pragma", "call"):
        kind = word.upper()
    if kind == "EXPLAIN":
        return _refused_within(text)
    if kind in READING:
        return _reached(text)
    name = word.upper() or kind
    return Problem(
        f"{name} is refused", f"Expected a statement that reads; found {name}.", REFUSED.get(name, OTHERWISE),
        kind="refused",
    )  # fmt: skip


def _reached(text: str) -> Problem | None:
    try:
        return out_of_reach(text)
    except SqlError as error:
        return Problem.of(str(error))


def _refused_within(text: str) -> Problem | None:
    """Judge the statement that is explained: EXPLAIN ANALYZE runs it, and a COPY would write beside the data."""
    rest = text
    for part in EXPLAINING:
        rest = COMMENTS.sub("", rest)
        rest = part.sub("", rest, count=1) if part.match(rest) else rest
    if _first_word(rest) == "explain":
        return Problem(
            "EXPLAIN is refused", "Expected a statement to explain; found EXPLAIN.", OTHERWISE, kind="refused"
        )
    return refused(rest)


def _too_many(text: str, count: int) -> Problem:
    if _first_word(text) == "pivot" or re.search(r"\bpivot\b", text, re.I):
        advice = "PIVOT looks up its columns in a statement of its own. Name them: pivot ... on column in ('a', 'b')."
    else:
        advice = "Run them one after the other, or join the steps in one WITH clause."
    return Problem("One statement at a time", f"Expected one statement; found {count}.", advice, kind="refused")


def _first_word(text: str) -> str:
    rest = COMMENTS.sub("", text)
    return (re.match(r"[a-z_]+", rest, re.I) or [""])[0].lower()
