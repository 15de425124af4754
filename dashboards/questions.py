"""A question in an analyst's words (metrics, by dimensions, under filters, over a period) and its answer.

Metrics of several marts are asked mart by mart and joined on what they are split by.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce

import polars as pl

from dashboards.absences import absences
from dashboards.conditions import Condition, column_of
from dashboards.database import Generation, Query, Value, run
from dashboards.definitions import catalogue
from dashboards.metrics import compiled
from dashboards.periods import GRAINS
from dashboards.reach import TIME, Reach


@dataclass(frozen=True)
class Question:
    """What is asked: metrics, what they are split by, under which filters, from and to which day (both included)."""

    names: tuple[str, ...]
    by: tuple[str, ...] = ()
    where: tuple[Condition, ...] = ()
    since: date | None = None
    until: date | None = None
    grain: str | None = None

    @property
    def groups(self) -> tuple[str, ...]:
        """Name the columns that the answer is split by, periods first, each once."""
        words = [f"{TIME}__{word}" if word in GRAINS else word for word in self.by]
        if self.grain is not None:
            words.append(f"{TIME}__{self.grain}")
        return tuple(sorted(dict.fromkeys(words), key=lambda word: not word.startswith(f"{TIME}__")))


@dataclass(frozen=True)
class Answer:
    """A row per group and a column per metric; ``notes`` say what the reader should know of it."""

    frame: pl.DataFrame
    groups: tuple[str, ...]
    notes: tuple[str, ...] = ()


def ask(generation: Generation, question: Question) -> Answer:
    """Answer a question; raise QuestionError, UnknownMetricError or another DatabaseError that says what to change."""
    known = catalogue(generation)
    parts: dict[str, list[str]] = {}
    for name in dict.fromkeys(question.names):
        parts.setdefault(known.metric(name).model, []).append(name)
    asked = [_Part(Reach(generation, tuple(names)), question) for names in parts.values()]
    queries = [part.query() for part in asked]
    frames = [_typed(run(generation, query), part.columns) for part, query in zip(asked, queries, strict=True)]
    joined = reduce(lambda left, right: _joined(left, right, question.groups), frames)
    names = list(dict.fromkeys(question.names))
    totals = [name for name in names if known.metric(name).is_total]
    tidy = joined.with_columns(pl.col(totals).fill_null(0)).select([*question.groups, *names])
    notes = dict.fromkeys(note for part in asked for note in part.notes())
    return Answer(
        tidy.sort(question.groups, nulls_last=True) if question.groups else tidy, question.groups, tuple(notes)
    )


@dataclass(frozen=True)
class _Part:
    """The part of a question that one mart answers."""

    reach: Reach
    question: Question

    @property
    def columns(self) -> dict[str, str]:
        """Map MetricFlow's name of each grouping column to the word of the question."""
        return {self.reach.group(word): word for word in self.question.groups}

    def query(self) -> Query:
        """Return the statement, its values bound."""
        bound: dict[str, Value] = {}
        templates = []
        for number, condition in enumerate(self.question.where):
            templates.append(condition.template(column_of(self.reach.filtered(condition.name)), f"where{number}"))
            bound |= condition.bound(f"where{number}")
        self.reach.refuse_part_of_a_period(self.question.since, self.question.until)
        for word, sign, day in (("since", ">=", self.question.since), ("until", "<=", self.question.until)):
            if day is not None:
                templates.append(f"{{{{ TimeDimension('{TIME}', '{self.reach.clock.grain}') }}}} {sign} ${word}")
                bound[word] = day
        shape = compiled(self.reach.generation, self.reach.names, tuple(self.columns), tuple(templates))
        return Query.of(shape, bound)

    def notes(self) -> list[str]:
        """Say which values of the filters no row has."""
        found = [(self.reach.filtered(condition.name), condition) for condition in self.question.where]
        return [
            note
            for dimension, condition in found
            for note in absences(self.reach.generation, self.reach.mart_of(dimension), dimension, condition)
        ]


def _typed(found: pl.DataFrame, columns: Mapping[str, str]) -> pl.DataFrame:
    """Call groups by the question's words; make whole sums integers, other numbers floats, and periods dates."""
    dates = [name for name, kind in found.schema.items() if name in columns and kind.is_temporal()]
    whole = [name for name, kind in found.schema.items() if name not in columns and _is_whole(kind)]
    others = [name for name in found.columns if name not in columns and name not in whole]
    typed = found.with_columns(
        pl.col(dates).cast(pl.Date), pl.col(whole).cast(pl.Int64), pl.col(others).cast(pl.Float64)
    )
    return typed.rename(dict(columns))


def _is_whole(kind: pl.DataType) -> bool:
    return kind.is_integer() or (isinstance(kind, pl.Decimal) and kind.scale == 0)


def _joined(left: pl.DataFrame, right: pl.DataFrame, groups: Sequence[str]) -> pl.DataFrame:
    if not groups:
        return pl.concat([left, right], how="horizontal")
    return left.join(right, on=list(groups), how="full", coalesce=True, nulls_equal=True)
