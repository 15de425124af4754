"""Small operations on structures of arrays: one dataclass whose fields are columns of equal length."""

from dataclasses import fields
from typing import Any, TypeVar

import numpy as np
import polars as pl

from pipelines.sample.streams import Flags, Floats, Ints

Columns = TypeVar("Columns")


def take(columns: Columns, rows: Flags | Ints) -> Columns:
    """Return the given rows of every column."""
    kind: Any = type(columns)
    return kind(**{each.name: getattr(columns, each.name)[rows] for each in fields(kind)})  # type: ignore[no-any-return]


def stack(parts: list[Columns]) -> Columns:
    """Return the parts one below the other."""
    kind: Any = type(parts[0])
    return kind(  # type: ignore[no-any-return]
        **{each.name: np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(kind)}
    )


def rank_within(groups: Ints, scores: Floats) -> Ints:
    """Return each row's rank in its group, 0 for the highest score."""
    order = np.lexsort((-scores, groups))
    ordered = groups[order]
    starts = np.concatenate([[True], ordered[1:] != ordered[:-1]]) if len(ordered) else np.zeros(0, dtype=bool)
    first = np.maximum.accumulate(np.where(starts, np.arange(len(ordered)), 0))
    ranks = np.empty(len(groups), dtype=np.int64)
    ranks[order] = np.arange(len(ordered)) - first
    return ranks


def labels(prefix: str, numbers: Ints, digits: int) -> pl.Series:
    """Return identifiers such as ``P0000017``."""
    return prefix + pl.Series(numbers, dtype=pl.Int64).cast(pl.String).str.zfill(digits)
