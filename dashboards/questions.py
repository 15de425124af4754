"""A question in an analyst's words (metrics, by dimensions, under filters, over a period) and its answer.

A dimension may be named in full, as ``employer__industry``, or by its last word: each mart then answers by its own.
Metrics of several marts are asked mart by mart and joined on what they are split by.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce

import polars as pl

from dashboards.conditions import Condition, column_of
from dashboards.database import DatabaseError, Generation, Query, Value, run
from dashboards.definitions import Catalogue, catalogue, nearest
from dashboards.metrics import Dimension, compiled, dimensions

GRAINS = ("day", "week", "month", "quarter", "year")
TIME = "metric_time"


class QuestionError(DatabaseError):
    """A question that cannot be answered as it stands; the text names the nearest that can."""


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
    asked = [_Part(generation, known, tuple(names), question) for names in parts.values()]
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


def reachable(generation: Generation, names: Sequence[str]) -> tuple[Dimension, ...]:
    """Return what metrics of one mart can be split by: its own, its neighbours' and their neighbours' columns; keys."""
    known = catalogue(generation)
    model = known.model(names[0])
    keys = [_key(known, model.name, entity, column) for entity, column in model.entity_columns]
    return (*dimensions(generation, tuple(sorted(names))), *keys)


def is_near(dimension: Dimension) -> bool:
    """Tell whether a dimension is the mart's own or a direct neighbour's: one that its last word may stand for."""
    return dimension.name.count("__") < 2


def _key(known: Catalogue, model: str, entity: str, column: str) -> Dimension:
    return Dimension(entity, f"Key of the {entity.replace('_', ' ')}.", model, column, None, is_key=True)


@dataclass(frozen=True)
class _Part:
    """The part of a question that one mart answers."""

    generation: Generation
    known: Catalogue
    names: tuple[str, ...]
    question: Question

    @property
    def columns(self) -> dict[str, str]:
        """Map MetricFlow's name of each grouping column to the word of the question."""
        return {self._group(word): word for word in self.question.groups}

    def query(self) -> Query:
        """Return the statement, its values bound."""
        bound: dict[str, Value] = {}
        templates = []
        for number, condition in enumerate(self.question.where):
            templates.append(condition.template(column_of(self._dimension(condition.name)), f"where{number}"))
            bound |= condition.bound(f"where{number}")
        for word, sign, day in (("since", ">=", self.question.since), ("until", "<=", self.question.until)):
            if day is not None:
                templates.append(f"{{{{ TimeDimension('{TIME}', '{self._clock().grain}') }}}} {sign} ${word}")
                bound[word] = day
        return Query.of(compiled(self.generation, self.names, tuple(self.columns), tuple(templates)), bound)

    def notes(self) -> list[str]:
        """Say which values of the filters no row has."""
        found = []
        for condition in self.question.where:
            values = self._values(self._dimension(condition.name)) if condition.values else set()
            found += [
                f"No row has {condition.name} = {value!r}; {nearest(value, values)}."
                for value in condition.values
                if value not in values
            ]
        return found

    def _group(self, word: str) -> str:
        head, _, grain = word.rpartition("__")
        if grain in GRAINS and head:
            return f"{self._dimension(head, grain).name}__{grain}"
        if word == TIME:
            return f"{TIME}__{self._clock().grain}"
        return self._dimension(word).name

    def _clock(self) -> Dimension:
        return next(each for each in reachable(self.generation, self.names) if each.name == TIME)

    def _dimension(self, word: str, grain: str | None = None) -> Dimension:
        """Return the dimension that a word stands for: by full name, else by last word, the mart's own first."""
        known = reachable(self.generation, self.names)
        exact = [each for each in known if each.name == word]
        short = [each for each in known if is_near(each) and each.name.endswith(f"__{word}")]
        own = [each for each in short if each.name == f"{self.known.model(self.names[0]).entity}__{word}"]
        found = exact or own or short
        if len(found) > 1:
            options = ", ".join(each.name for each in found)
            raise QuestionError(f"Dimension {word!r} of {self._metrics()} may be any of {options}: name one in full.")
        if not found:
            raise QuestionError(f"Dimension {word!r} is unknown to {self._metrics()}; {self._offer(word, known)}")
        self._refuse_finer(found[0], grain)
        return found[0]

    def _refuse_finer(self, found: Dimension, grain: str | None) -> None:
        if grain is None:
            return
        if found.grain is None:
            raise QuestionError(f"Dimension {found.name!r} is no date, so it has no {grain}.")
        if GRAINS.index(grain) < GRAINS.index(found.grain):
            kept = ", ".join(GRAINS[GRAINS.index(found.grain) :])
            raise QuestionError(f"{self._metrics()} cannot be split by {grain}; known: {kept}.")

    def _offer(self, word: str, known: Sequence[Dimension]) -> str:
        names = {each.name for each in known if is_near(each) and each.name != TIME} | set(GRAINS)
        return f"{nearest(word, names)}. All of them: `throughline metrics {self.names[0]} --describe`."

    def _metrics(self) -> str:
        return ", ".join(self.names)

    def _values(self, dimension: Dimension) -> set[str]:
        mart = self.known.models[dimension.model or self.known.metric(self.names[0]).model].mart
        kind = "date" if dimension.grain else "varchar"
        text = f"""
            select distinct cast(cast({dimension.column} as {kind}) as varchar) as value
            from analytics.marts.{mart} where {dimension.column} is not null
        """
        return set(run(self.generation, Query(text))["value"])


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
