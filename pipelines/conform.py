"""From staged values to contract columns: typed expressions and, for what does not conform, the rule it breaks.

All of it is SQL text over the table ``staged``; nothing is read or written here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from pipelines.contract import EARLIEST_YEAR, ENTITIES, EXAMPLES, LATEST_YEAR, Column, Entity
from pipelines.errors import RefusedFile
from pipelines.mapping import Dialect, EntitySpec, EventLog, FieldSource, FileSpec
from pipelines.readers import Staged
from pipelines.sql import literal

RULE_VERSION = 1
"""Raised whenever a rule below changes, so that the quarantine says which rules a row broke."""


@dataclass(frozen=True)
class Check:
    """A condition that a conforming value does not meet, with what was expected instead."""

    column: str
    rule: str
    expected: str
    condition: str


@dataclass(frozen=True)
class Conformed:
    """An entity as SQL over ``staged``.

    ``values`` holds one ``r_<column>`` (text as found) and one ``t_<column>`` (typed) expression per contract column.
    ``checks`` are in the order in which they are reported: the first that fails names the row's rule.
    """

    entity: Entity
    values: dict[str, str]
    checks: tuple[Check, ...]
    unused: tuple[str, ...]
    usable: str

    def rows(self, names: Iterable[str], where: str = "true") -> str:
        """Select ``record`` and the named values of the staged records that meet a condition.

        The condition comes last, so that the first and last event of a case are those of all its records.
        """
        wanted = ", ".join(f"{self.values[name]} as {name}" for name in names)
        values = f"select staged.rowid as record, {wanted} from staged where {self.usable}"
        return f"select * from ({values}) where {where}"

    @property
    def failing(self) -> str:
        """Select (record, reason) of the rows that do not conform; ``reason`` is the check's place in ``checks``."""
        reasons = " ".join(f"when {each.condition} then {number}" for number, each in enumerate(self.checks))
        return f"""
            select record, case {reasons} end as reason from ({self.rows(self.values)}) where reason is not null
        """

    @property
    def found(self) -> str:
        """Select (record, reason, found) of the rows in the table ``apart`` that have a reason."""
        cases = " ".join(f"when {number} then r_{each.column}" for number, each in enumerate(self.checks))
        key = ", ".join(f"t_{name}" for name in self.entity.key)
        rows = self.rows(self.values, "record in (select record from apart)")
        return f"""
            select record, reason, case reason when {DUPLICATE} then concat_ws(', ', {key}) {cases} end as found
            from ({rows}) join apart using (record) where reason is not null
        """


DUPLICATE = -1
"""The reason of a row whose key stands in an earlier row with other content."""


def conform(
    entity: Entity, spec: EntitySpec, staged: Staged, dialect: Dialect, log: EventLog | None, delivered_at: datetime
) -> Conformed:
    """Return the entity's expressions and checks; raise RefusedFile where the file lacks a required column."""
    sources = spec.fields if spec.fields is not None else contract_fields(entity, staged)
    values: dict[str, str] = {}
    checks: list[Check] = []
    used: set[str] = set()
    for column in entity.columns:
        raw, typed = "null::varchar", f"null::{column.sql_type}"
        if column.name in sources:
            source = sources[column.name]
            used.update(source.columns)
            value, kind = source_value(source, staged, log)
            raw, typed = column_expressions(column, value, kind, spec, dialect, staged.blank_is_text)
        elif column.name in spec.constants:
            raw = f"{literal(str(spec.constants[column.name]))}::varchar"
            typed = f"{literal(spec.constants[column.name])}::{column.sql_type}"
        values |= {f"r_{column.name}": raw, f"t_{column.name}": typed}
        checks += column_checks(column, delivered_at)
    unused = tuple(name for name in staged.columns if name not in used)
    return Conformed(entity, values, tuple(checks), unused, staged.usable)


def reader_timestamps(spec: FileSpec, entities: list[str]) -> frozenset[str]:
    """Return the columns that hold ISO times in UTC and nothing else, in a file of the contract's own layout."""
    if spec.dialect != Dialect() or any(spec.entities[name].fields is not None for name in entities):
        return frozenset()
    columns = (column for name in entities for column in ENTITIES[name].columns)
    return frozenset(column.name for column in columns if column.type == "timestamp")


def contract_fields(entity: Entity, staged: Staged) -> dict[str, FieldSource]:
    """Map each contract column to the file's column of that name; refuse the file if a required one is missing."""
    for name in entity.required:
        staged.value(name)
    return {each.name: FieldSource(column=each.name) for each in entity.columns if each.name in staged.columns}


def source_value(source: FieldSource, staged: Staged, log: EventLog | None) -> tuple[str, str]:
    """Return (SQL, type) of a field's value in the file."""
    if source.column is not None:
        return staged.value(source.column)
    if source.template is not None:
        sql = literal(source.template)
        for column in source.columns:
            value = staged.value(column)[0]
            sql = f"replace({sql}, {literal('{' + column + '}')}, cast({value} as varchar))"
        return sql, "VARCHAR"
    assert log is not None  # checked when the mapping was read
    column = source.first or source.last or ""
    value, kind = staged.value(column)
    order = ", ".join(staged.value(name)[0] for name in (log.time, log.order) if name)
    ordered = f"try_cast({staged.value(log.order)[0]} as bigint)" if log.order else order
    which = "first_value" if source.first else "last_value"
    frame = "rows between unbounded preceding and unbounded following"
    case = staged.value(log.case)[0]
    return f"{which}({value}) over (partition by {case} order by {ordered}, rowid {frame})", kind


def column_expressions(
    column: Column, value: str, kind: str, spec: EntitySpec, dialect: Dialect, blank_is_text: bool
) -> tuple[str, str]:
    """Return the text and the typed expression of a column; ``blank_is_text`` where the reader keeps empty text."""
    raw = value if kind == "VARCHAR" else f"cast({value} as varchar)"
    words = [word for word in dialect.null_words if word]
    if kind == "VARCHAR" and (words or blank_is_text):
        raw = f"case when {raw} not in ({listed(['', *words])}) then {raw} end"
    if column.name in spec.values:
        raw = translated(raw, spec.values[column.name])
    elif kind != "VARCHAR":
        return raw, native(column, value, kind, dialect)
    typed = PARSERS[column.type](raw, dialect)
    return (raw, typed) if column.type not in ("date", "timestamp") else without_sentinels(raw, typed, dialect)


def translated(raw: str, words: dict[str, str | int | bool]) -> str:
    """Return the expression with the source's words replaced; '*' stands for every other word."""
    cases = " ".join(f"when {literal(word)} then {literal(str(to))}" for word, to in words.items() if word != "*")
    other = literal(str(words["*"])) if "*" in words else raw
    return f"case {raw} {cases} else {other} end" if cases else other


def listed(words: list[str] | tuple[str, ...]) -> str:
    """Return the words as an SQL list."""
    return ", ".join(literal(word) for word in words)


def native(column: Column, value: str, kind: str, dialect: Dialect) -> str:
    """Return the typed expression for a value that the file already types; refuse types that cannot hold it."""
    if kind.endswith("[]") or kind.startswith(("STRUCT", "MAP", "LIST", "BLOB")):
        raise RefusedFile(EXAMPLES[column.type], f"values of type {kind}", column=column.name)
    if column.type == "text" and kind in ("DOUBLE", "FLOAT"):
        raise RefusedFile("text (codes are text: 01.0101 is not 1.0101)", f"values of type {kind}", column=column.name)
    typed = f"try_cast({value} as {column.sql_type})"
    if column.type in ("integer", "decimal"):
        scale = 0 if column.type == "integer" else 2
        typed = f"case when {typed} = round(try_cast({value} as double), {scale}) then {typed} end"
    if column.type in ("date", "timestamp"):
        typed = without_sentinels("", typed, dialect)[1]
    return typed


def parsed_integer(raw: str, dialect: Dialect) -> str:
    """Accept digits alone: ``1.6`` and ``1e2`` are no whole numbers."""
    is_whole = f"regexp_full_match({raw}, '[+-]?\\d{{1,18}}(\\.0+)?')"
    return f"case when {is_whole} then cast(split_part({raw}, '.', 1) as bigint) end"


def parsed_decimal(raw: str, dialect: Dialect) -> str:
    """Accept amounts in the declared marks and currency, with at most two decimals that matter."""
    text = raw
    for gone in (dialect.currency, dialect.thousands_mark):
        text = f"replace({text}, {literal(gone)}, '')" if gone else text
    text = f"replace({text}, ',', '.')" if dialect.decimal_mark == "," else text
    text = f"trim({text})" if dialect.currency or dialect.thousands_mark else text
    is_amount = f"regexp_full_match({text}, '[+-]?\\d{{1,10}}(\\.\\d{{0,2}}0*)?')"
    return f"case when {is_amount} then cast({text} as decimal(12,2)) end"


def parsed_boolean(raw: str, dialect: Dialect) -> str:
    """Accept the declared words, in any case."""
    true, false = (listed(tuple(map(str.lower, words))) for words in (dialect.true_words, dialect.false_words))
    return f"case when lower({raw}) in ({true}) then true when lower({raw}) in ({false}) then false end"


def parsed_timestamp(raw: str, dialect: Dialect) -> str:
    """Accept the declared formats, or ISO 8601; a time without an offset is in the declared time zone.

    The words that DuckDB takes as well, such as ``epoch``, fall to the check of the year.
    """
    if dialect.epoch:
        unit = "to_timestamp" if dialect.epoch == "seconds" else "epoch_ms"
        return f"cast({unit}(try_cast({raw} as bigint)) as timestamp)"
    formats = f"[{listed(dialect.timestamp_formats)}]"
    parsed = f"try_strptime({raw}, {formats})" if dialect.timestamp_formats else f"try_cast({raw} as timestamp)"
    if dialect.timezone != "UTC":
        has_offset = f"regexp_matches({raw}, '([Zz]|[+-]\\d{{2}}(:?\\d{{2}})?)$') and {raw} like '%:%'"
        local = f"cast(timezone({literal(dialect.timezone)}, {parsed}) as timestamp)"
        parsed = f"case when {has_offset} then {parsed} else {local} end"
    return parsed


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


def column_checks(column: Column, delivered_at: datetime) -> Iterator[Check]:
    """Yield the checks of one column, the most basic first."""
    raw, typed = f"r_{column.name}", f"t_{column.name}"
    if column.required:
        yield Check(column.name, "missing value", "a value", f"{typed} is null and {raw} is null")
    if column.type != "text":
        yield Check(column.name, "wrong type", EXAMPLES[column.type], f"{typed} is null and {raw} is not null")
    if column.type in ("date", "timestamp"):
        years = f"{typed} < date '{EARLIEST_YEAR}-01-01' or {typed} >= date '{LATEST_YEAR + 1}-01-01'"
        yield Check(column.name, "out of range", f"a year from {EARLIEST_YEAR} to {LATEST_YEAR}", years)
    if column.type in ("date", "timestamp") and not column.planned:
        yield Check(
            column.name,
            "in the future",
            f"no event after its delivery ({delivered_at:%Y-%m-%dT%H:%M:%SZ})",
            f"{typed} > timestamp '{delivered_at.isoformat(sep=' ')}'",
        )
    if column.values:
        yield Check(
            column.name,
            "value not allowed",
            f"one of {', '.join(column.values)}",
            f"{typed} not in ({listed(column.values)})",
        )
    if column.minimum is not None:
        yield Check(column.name, "out of range", f"at least {column.minimum:g}", f"{typed} < {column.minimum:g}")
    if column.maximum is not None:
        yield Check(column.name, "out of range", f"at most {column.maximum:g}", f"{typed} > {column.maximum:g}")
