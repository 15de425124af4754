"""Turns final rows into what each delivery knew of them: later fields blank, one version per change."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from pipelines.sample.clock import NEVER
from pipelines.sample.streams import Ints

Before = dict[str, pl.Expr | None]


@dataclass(frozen=True)
class History:
    """When a row is born, and for each later moment which columns look different before it (None: blank).

    Columns whose name begins with an underscore are bookkeeping of the sample and are not delivered.
    """

    born: str
    later: dict[str, Before] = field(default_factory=dict)

    @property
    def moments(self) -> tuple[str, ...]:
        return (self.born, *self.later)


def delivery_indexes(frame: pl.DataFrame, history: History, moments: Ints, first_open: int) -> dict[str, Ints]:
    """Return for each moment the delivery that first knows it; ``len(moments)`` is none.

    ``_lag`` counts the deliveries by which a row is late; nothing can be added before ``first_open``.
    """
    lag = frame["_lag"].to_numpy() if "_lag" in frame.columns else np.zeros(frame.height, dtype=np.int64)
    known = {
        name: np.minimum(np.searchsorted(moments, frame[name].to_numpy(), side="left") + lag, len(moments))
        for name in history.moments
    }
    born = np.maximum(known[history.born], first_open)
    return {name: np.maximum(index, born) for name, index in known.items()}


def _as_known(frame: pl.DataFrame, history: History, is_known: dict[str, pl.Series]) -> pl.DataFrame:
    """Return the rows with everything blank that is not yet known, and their ``updated_at``."""
    known = frame.with_columns(**{f"_known_{name}": flags for name, flags in is_known.items()})
    changes: dict[str, pl.Expr] = {}
    for moment, before in history.later.items():
        for column, value in before.items():
            blank = pl.lit(None) if value is None else value
            current = changes.get(column, pl.col(column))
            changes[column] = pl.when(pl.col(f"_known_{moment}")).then(current).otherwise(blank)
    times = [
        pl.when(pl.col(f"_known_{name}") & (pl.col(name) < NEVER)).then(pl.col(name)).otherwise(None)
        for name in history.moments
    ]
    return known.with_columns(**changes, updated_at=pl.max_horizontal(times))


def versions(
    frame: pl.DataFrame, history: History, moments: Ints, first_open: int
) -> Iterator[tuple[int, pl.DataFrame, int]]:
    """Yield (delivery, rows as known then, how many of them are new) for each delivery that has something to say."""
    if frame.is_empty():
        return
    indexes = delivery_indexes(frame, history, moments, first_open)
    table = np.stack(list(indexes.values()))
    for delivery in np.unique(table):
        if delivery >= len(moments):
            break
        rows = (table == delivery).any(axis=0)
        part = frame if rows.all() else frame.filter(pl.Series(rows))
        is_known = {name: pl.Series(index[rows] <= delivery) for name, index in indexes.items()}
        new = int((indexes[history.born][rows] == delivery).sum())
        yield int(delivery), _as_known(part, history, is_known), new
