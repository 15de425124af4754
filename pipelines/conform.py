"""From staged values to contract columns: typed expressions and, for what does not conform, the rule it breaks.

All of it is SQL text over the table ``staged``; nothing is read or written here.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from pipelines.contract import EARLIEST_YEAR, EXAMPLES, LATEST_YEAR, Column, Entity
from pipelines.declared import constant
from pipelines.mapping import Dialect, EntitySpec, EventLog, FieldSource
from pipelines.sql import literal
from pipelines.staged import Staged
from pipelines.values import (
    PARSERS,
    TEXT,
    listed,
    native,
    native_timestamp,
    parsed_timestamp,
    without_null_words,
    without_sentinels,
)

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
    ``checks`` are in the order in which they are reported: the first that fails names the row's rule. A row that fails
    any of them meets one of the ``suspicions``, which compute each value once: few rows are looked at twice.
    ``uses`` says of each column of the file which field it feeds; those that nothing uses feed None.
    """

    entity: Entity
    values: dict[str, str]
    checks: tuple[Check, ...]
    suspicions: tuple[str, ...]
    unused: tuple[str, ...]
    usable: str
    uses: dict[str, str | None]

    def rows(self, names: Iterable[str], where: str = "true") -> str:
        """Select ``record`` and the named values of the staged records that meet a condition on ``record``.

        Where a value is the first or last of a case, the condition comes after it: a case is all its records.
        """
        wanted = ", ".join(f"{self.values[name]} as {name}" for name in names)
        if " over (" in wanted:
            values = f"select staged.rowid as record, {wanted} from staged where {self.usable}"
            return f"select * from ({values}) where {where}"
        kept = f"select *, rowid as record from staged where {self.usable}"
        return f"select record, {wanted} from (select * from ({kept}) where {where})"

    @property
    def failing(self) -> str:
        """Select (record, reason) of the rows that do not conform; ``reason`` is the check's place in ``checks``."""
        reasons = " ".join(f"when {each.condition} then {number}" for number, each in enumerate(self.checks))
        suspects = f"select record from ({self.rows(self.values)}) where {' or '.join(self.suspicions)}"
        return f"""
            select record, case {reasons} end as reason
            from ({self.rows(self.values, f"record in ({suspects})")}) where reason is not null
        """

    @property
    def found(self) -> str:
        """Select (record, reason, found) of the rows in the table ``apart`` that have a reason."""
        cases = " ".join(f"when {number} then r_{each.column}" for number, each in enumerate(self.checks))
        key = ", ".join(f"t_{name}" for name in self.entity.key)
        rows = self.rows(self.values, "record in (select record from apart)")
        return f"""
            select record, reason, case reason when {DUPLICATE} then concat_ws(', ', {key}) {cases} end as found
            from ({rows}) join apart using (record) where reason is not null and reason <> {ERASED}
        """


DUPLICATE = -1
"""The reason of a row whose key stands in an earlier row with other content."""

ERASED = -2
"""The reason of a row of an erased person, which is kept nowhere."""


def conform(
    entity: Entity, spec: EntitySpec, staged: Staged, dialect: Dialect, log: EventLog | None, delivered_at: datetime
) -> Conformed:
    """Return the entity's expressions and checks; raise RefusedFile where the file lacks a required column."""
    sources = spec.fields if spec.fields is not None else contract_fields(entity, staged)
    values: dict[str, str] = {}
    checks: list[Check] = []
    suspicions: list[str] = []
    uses: dict[str, str | None] = {}
    for column in entity.columns:
        raw, typed = "null::varchar", f"null::{column.sql_type}"
        if column.name in sources:
            source = sources[column.name]
            uses |= dict.fromkeys(source.columns, column.name)
            value, kind = source_value(source, staged, log, dialect)
            raw, typed = column_expressions(column, value, kind, spec, dialect, staged.blank_is_text)
        elif column.name in spec.constants:
            fixed = constant(column, spec.constants[column.name])
            raw, typed = f"{literal(str(fixed))}::varchar", f"{literal(fixed)}::{column.sql_type}"
        values |= {f"r_{column.name}": raw, f"t_{column.name}": typed}
        checks += column_checks(column, delivered_at, is_document=staged.documents)
        suspicions.append(suspicion(column, delivered_at))
    unused = tuple(name for name in staged.columns if name not in uses)
    uses |= dict.fromkeys(unused)
    return Conformed(entity, values, tuple(checks), tuple(suspicions), unused, staged.usable, uses)


def contract_fields(entity: Entity, staged: Staged) -> dict[str, FieldSource]:
    """Map each contract column to the file's column of that name; refuse the file if a required one is missing."""
    for name in entity.required:
        staged.value(name)
    return {each.name: FieldSource(column=each.name) for each in entity.columns if each.name in staged.columns}


def source_value(source: FieldSource, staged: Staged, log: EventLog | None, dialect: Dialect) -> tuple[str, str]:
    """Return (SQL, type) of a field's value in the file."""
    if source.column is not None:
        return staged.value(source.column)
    if source.template is not None:
        return templated(source.template, staged, dialect), "VARCHAR"
    assert log is not None  # checked when the mapping was read
    value, kind = staged.value(source.first or source.last or "")
    raw, time_kind = staged.value(log.time)
    time = parsed_timestamp(raw, dialect) if time_kind in TEXT else native_timestamp(raw, time_kind, dialect)
    order = f"try_cast({staged.value(log.order)[0]} as bigint), " if log.order else ""
    which = "first_value" if source.first else "last_value"
    frame = "rows between unbounded preceding and unbounded following"
    case = staged.value(log.case)[0]
    return f"{which}({value}) over (partition by {case} order by {time}, {order}rowid {frame})", kind


def templated(template: str, staged: Staged, dialect: Dialect) -> str:
    """Return the template with its columns filled in; NULL where any of them is."""
    parts = []
    for place, part in enumerate(re.split(r"\{([^{}]+)\}", template)):
        if place % 2:
            value, kind = staged.value(part)
            parts.append(without_null_words(value if kind in TEXT else f"cast({value} as varchar)", dialect))
        elif part:
            parts.append(literal(part))
    return f"({' || '.join(parts)})"


def column_expressions(
    column: Column, value: str, kind: str, spec: EntitySpec, dialect: Dialect, blank_is_text: bool
) -> tuple[str, str]:
    """Return the text and the typed expression of a column; ``blank_is_text`` where the reader keeps empty text."""
    raw = value if kind in TEXT else f"cast({value} as varchar)"
    if kind in TEXT and (blank_is_text or any(dialect.null_words)):
        raw = without_null_words(raw, dialect)
    if column.name in spec.values:
        raw = translated(raw, spec.values[column.name])
    elif kind not in TEXT:
        return raw, native(column, value, kind, dialect)
    typed = PARSERS[column.type](raw, dialect)
    if kind == "JSON":
        unfit = "'OBJECT', 'ARRAY', 'DOUBLE'" if column.type == "text" else "'OBJECT', 'ARRAY'"
        shape = value.replace("json_extract_string(", "json_type(", 1)
        typed = f"case when {shape} not in ({unfit}) then {typed} end"
    return (raw, typed) if column.type not in ("date", "timestamp") else without_sentinels(raw, typed, dialect)


def translated(raw: str, words: dict[str, str | int | bool]) -> str:
    """Return the expression with the source's words replaced; '*' stands for every other word, not for none."""
    cases = " ".join(
        f"when {raw} = {literal(word)} then {literal(str(to))}" for word, to in words.items() if word != "*"
    )
    other = literal(str(words["*"])) if "*" in words else raw
    return f"case when {raw} is null then null {cases} else {other} end"


def column_checks(column: Column, delivered_at: datetime, *, is_document: bool) -> Iterator[Check]:
    """Yield the checks of one column, the most basic first; in a document even text may be of a wrong type."""
    raw, typed = f"r_{column.name}", f"t_{column.name}"
    if column.required:
        yield Check(column.name, "missing value", "a value", f"{typed} is null and {raw} is null")
    if column.key and column.type == "text":
        yield Check(column.name, "missing value", "a value", f"trim({typed}) = ''")
    if column.type != "text" or is_document:
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


def suspicion(column: Column, delivered_at: datetime) -> str:
    """Return a condition that holds for every row that fails a check of the column, with the value computed once."""
    raw, typed = f"r_{column.name}", f"t_{column.name}"
    fits = f"{typed} = {typed}"  # NULL for NULL, so that blanks are judged by coalesce below
    if column.values:
        fits = f"{typed} in ({listed(column.values)})"
    elif column.type in ("date", "timestamp"):
        last = f"timestamp '{LATEST_YEAR}-12-31 23:59:59.999999'"
        if not column.planned:
            last = f"least({last}, timestamp '{delivered_at.isoformat(sep=' ')}')"
        fits = f"{typed} between date '{EARLIEST_YEAR}-01-01' and {last}"
    elif column.type in ("integer", "decimal"):
        least = -1e18 if column.minimum is None else column.minimum
        most = 1e18 if column.maximum is None else column.maximum
        fits = f"{typed} between {least:.0f} and {most:.0f}"
    elif column.key:
        fits = f"trim({typed}) <> ''"
    return f"not coalesce({fits}, {'false' if column.required else f'{raw} is null'})"
