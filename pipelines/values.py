"""Typed values as SQL: how a text, or a value that the file types itself, becomes a value of the contract.

An expression is NULL where the value does not conform; the checks in ``conform`` tell that from a blank.
"""

import re
from collections.abc import Iterable

from pipelines.contract import EXAMPLES, Column
from pipelines.errors import RefusedFile
from pipelines.mapping import Dialect
from pipelines.sql import literal

TEXT = ("VARCHAR", "JSON")
"""Kinds whose values are read as text; JSON marks a value out of a document, which may be no scalar."""


def listed(words: Iterable[str]) -> str:
    """Return the words as an SQL list."""
    return ", ".join(literal(word) for word in words)


def without_null_words(raw: str, dialect: Dialect) -> str:
    """Return the text with blanks and the declared null words as NULL."""
    words = ["", *(word for word in dialect.null_words if word)]
    return f"case when {raw} not in ({listed(words)}) then {raw} end"


def native(column: Column, value: str, kind: str, dialect: Dialect) -> str:
    """Return the typed expression for a value that the file already types; refuse types that cannot hold it."""
    if kind.endswith("[]") or kind.startswith(("STRUCT", "MAP", "LIST", "BLOB")):
        raise RefusedFile(EXAMPLES[column.type], f"values of type {kind}", column=column.name)
    if column.type == "text" and kind in ("DOUBLE", "FLOAT"):
        raise RefusedFile("text (codes are text: 01.0101 is not 1.0101)", f"values of type {kind}", column=column.name)
    typed = f"try_cast({value} as {column.sql_type})"
    if column.type in ("integer", "decimal"):
        return f"case when abs(cast({typed} as double) - try_cast({value} as double)) < 1e-6 then {typed} end"
    if column.type == "boolean" and kind != "BOOLEAN":
        return f"case when try_cast({value} as double) in (0, 1) then {typed} end"
    if column.type == "timestamp":
        return without_sentinels("", native_timestamp(value, kind, dialect), dialect)[1]
    if column.type == "date":
        midnight = f"case when try_cast({value} as timestamp) = cast({typed} as timestamp) then {typed} end"
        return without_sentinels("", midnight, dialect)[1]
    return typed


def native_timestamp(value: str, kind: str, dialect: Dialect) -> str:
    """Return a typed time in UTC: counted from the epoch, in the declared zone, or as it is."""
    if dialect.epoch:
        return parsed_timestamp(f"cast({value} as varchar)", dialect)
    if dialect.timezone != "UTC" and kind.startswith("TIMESTAMP") and "TIME ZONE" not in kind:
        return f"cast(timezone({literal(dialect.timezone)}, cast({value} as timestamp)) as timestamp)"
    return f"try_cast({value} as timestamp)"


def parsed_integer(raw: str, dialect: Dialect) -> str:
    """Accept digits alone: ``1.6`` and ``1e2`` are no whole numbers."""
    is_whole = f"regexp_full_match({raw}, '[+-]?\\d{{1,18}}(\\.0+)?')"
    return f"case when {is_whole} then cast(split_part({raw}, '.', 1) as bigint) end"


def parsed_decimal(raw: str, dialect: Dialect) -> str:
    """Accept amounts in the declared marks and currency, with at most two decimals that matter."""
    text = raw
    if dialect.currency:
        text = f"trim(replace({text}, {literal(dialect.currency)}, ''))"
    grouped, mark = re.escape(dialect.thousands_mark), re.escape(dialect.decimal_mark)
    whole = f"(\\d{{1,3}}({grouped}\\d{{3}}){{0,3}}|\\d{{1,10}})" if grouped else "\\d{1,10}"
    is_amount = f"regexp_full_match({text}, {literal(f'[+-]?{whole}({mark}[0-9]{{0,2}}0*)?')})"
    digits = f"replace({text}, {literal(dialect.thousands_mark)}, '')" if grouped else text
    digits = f"replace({digits}, ',', '.')" if dialect.decimal_mark == "," else digits
    return f"case when {is_amount} then try_cast({digits} as decimal(12,2)) end"


def parsed_boolean(raw: str, dialect: Dialect) -> str:
    """Accept the declared words, in any case."""
    true, false = (listed(tuple(map(str.lower, words))) for words in (dialect.true_words, dialect.false_words))
    return f"case when lower({raw}) in ({true}) then true when lower({raw}) in ({false}) then false end"


OFFSET = ":\\d{2}(:\\d{2}(\\.\\d+)?)? ?([Zz]|[+-]\\d{2}(:?\\d{2})?)$"
"""A time of day with an offset behind it; the hyphens of a date are none."""


def parsed_timestamp(raw: str, dialect: Dialect) -> str:
    """Accept the declared formats, or ISO 8601; a time without an offset is in the declared time zone.

    The words that DuckDB takes as well, such as ``epoch``, fall to the check of the year.
    """
    if dialect.epoch:
        per_second = 1 if dialect.epoch == "seconds" else 1000
        moment = f"make_timestamp(cast({raw} as bigint) * {1_000_000 // per_second})"
        return f"case when regexp_full_match({raw}, '-?\\d{{1,{11 if per_second == 1 else 14}}}') then {moment} end"
    if dialect.timestamp_formats:
        has_offset = all("%z" in each for each in dialect.timestamp_formats)
        parsed = f"cast(try_strptime({raw}, [{listed(dialect.timestamp_formats)}]) as timestamp)"
        return parsed if has_offset else in_zone(parsed, dialect)
    absolute = f"cast(try_cast({raw} as timestamptz) as timestamp)"
    if dialect.timezone == "UTC":
        # A plain cast drops offsets but is many times faster: it serves where 'Z' or the form shows that there is none.
        is_plain = f"suffix({raw}, 'Z') or strlen({raw}) = 10 or strlen({raw}) = 19 and {raw}[17] = ':'"
        return f"case when {is_plain} then try_cast({raw} as timestamp) else {absolute} end"
    local = in_zone(f"try_cast({raw} as timestamp)", dialect)
    return f"case when regexp_matches({raw}, '{OFFSET}') then {absolute} else {local} end"


def in_zone(local: str, dialect: Dialect) -> str:
    """Return a local time of the declared zone in UTC."""
    if dialect.timezone == "UTC":
        return local
    return f"cast(timezone({literal(dialect.timezone)}, {local}) as timestamp)"


def parsed_date(raw: str, dialect: Dialect) -> str:
    """Accept the declared formats, or an ISO date, at most with a time of midnight."""
    if dialect.date_formats:
        return f"cast(try_strptime({raw}, [{listed(dialect.date_formats)}]) as date)"
    iso = f"regexp_full_match({raw}, '\\d{{4}}-\\d{{2}}-\\d{{2}}([T ]00:00(:00(\\.0+)?)?Z?)?')"
    return f"case when {iso} then try_cast(substr({raw}, 1, 10) as date) end"


def parsed_text(raw: str, dialect: Dialect) -> str:
    """Accept text as it is."""
    return raw


PARSERS = {
    "text": parsed_text,
    "integer": parsed_integer,
    "decimal": parsed_decimal,
    "boolean": parsed_boolean,
    "date": parsed_date,
    "timestamp": parsed_timestamp,
}


def without_sentinels(raw: str, typed: str, dialect: Dialect) -> tuple[str, str]:
    """Return both expressions with declared sentinel dates as NULL."""
    if not dialect.sentinel_dates:
        return raw, typed
    is_sentinel = f"cast({typed} as date) in ({', '.join(f'date {literal(day)}' for day in dialect.sentinel_dates)})"
    return (
        f"case when not coalesce({is_sentinel}, false) then {raw} end",
        f"case when not {is_sentinel} then {typed} end",
    )
