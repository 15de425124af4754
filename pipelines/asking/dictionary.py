"""What metrics there are and what each means, for people as text and for programs as the catalogue's rows."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from pipelines.asking.delivery import deliver

if TYPE_CHECKING:
    from dashboards.database import Generation

LISTED = "select * from marts.metric_catalog order by name"
SAID = (
    "formula", "numerator", "denominator", "analysis_unit", "clock", "window_days", "unit", "direction",
    "is_additive", "owner", "source", "mart",
)  # fmt: skip
"""What a description tells of a metric after its sentence, where the catalogue knows it."""


def list_all(generation: "Generation", format: str, output: Path | None) -> None:
    """List the metrics: the whole catalogue for programs, names and labels for people."""
    from dashboards.database import Query, run

    known = run(generation, Query(LISTED))
    deliver(known.select("name", "unit", "label") if format == "table" else known, format, output, {})
    if format == "table":
        typer.echo(f"{known.height} metrics. What one means: `throughline metrics NAME --describe`.", err=True)


def describe_all(generation: "Generation", names: list[str], format: str, output: Path | None) -> None:
    """Say what metrics mean: their rows of the catalogue, and for people also what they can be split by."""
    import polars as pl

    from dashboards.database import Query, run
    from dashboards.definitions import catalogue

    for name in names:
        catalogue(generation).metric(name)
    rows = run(generation, Query(LISTED)).filter(pl.col("name").is_in(names))
    if format != "table" or output is not None:
        deliver(rows, format, output, {})
        return
    typer.echo("\n\n".join(description(generation, row) for row in rows.to_dicts()))


def description(generation: "Generation", row: dict[str, Any]) -> str:
    """Return one metric's entry of the dictionary as text."""
    from dashboards.periods import GRAINS
    from dashboards.reach import TIME, is_near, reachable

    near = [each for each in reachable(generation, [row["name"]]) if is_near(each)]
    finest = next(each.grain for each in near if each.name == TIME and each.grain)
    told = {word.removeprefix("is_").replace("_", " "): row[word] for word in SAID if row.get(word) is not None}
    told["grain"] = ", ".join(GRAINS[GRAINS.index(finest) :])
    lines = [f"  {word:<14} {shown(value)}" for word, value in told.items()]
    dimensions = [f"    {each.name:<36} {each.description}" for each in near if each.name != TIME]
    return "\n".join([f"{row['name']}: {row['label']}", f"  {row['description']}", *lines, "  by", *dimensions])


def shown(value: object) -> str:
    """Return yes or no for a truth value, and anything else as it is."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
