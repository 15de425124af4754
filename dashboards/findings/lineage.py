"""What the lineage of a table or metric says, in words."""

from collections.abc import Sequence

import polars as pl

from dashboards.findings import Finding
from dashboards.formats import count_text

NAMED = 8


def lineage(name: str, made_from: pl.DataFrame, beginnings: Sequence[str]) -> Finding:
    """Say how far back a table or metric goes, and to which delivered tables."""
    if made_from.is_empty():
        return Finding(f"{name} is a beginning", "It is made from no other table of this file.")
    furthest = int(str(made_from["steps"].max()))
    begun = count_text(len(beginnings), "delivered table or seed", "delivered tables and seeds")
    more = f" and {len(beginnings) - NAMED} more" if len(beginnings) > NAMED else ""
    stand = (
        f"{count_text(made_from.height, 'table')} stand before it, the furthest {count_text(furthest, 'step')} away. "
    )
    return Finding(f"{name} goes back to {begun}", f"{stand}It begins with {', '.join(beginnings[:NAMED])}{more}.")
