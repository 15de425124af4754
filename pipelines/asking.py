"""The commands that ask the published file: ``query`` in SQL, ``metrics`` by their one definition."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.errors import ThroughlineError

if TYPE_CHECKING:
    from dashboards.database import Generation
    from dashboards.questions import Question

LISTED = "select * from marts.metric_catalog order by name"
SAID = (
    "formula", "numerator", "denominator", "analysis_unit", "clock", "window_days", "unit", "direction",
    "is_additive", "owner", "source", "mart",
)  # fmt: skip
"""What a description tells of a metric after its sentence, where the catalogue knows it."""

Day = datetime
Names = Annotated[list[str] | None, typer.Argument(metavar="NAME", help="Metrics, as listed by `throughline metrics`.")]
By = Annotated[
    list[str] | None,
    typer.Option(
        metavar="DIM", help="Split by a dimension (industry, in full employer__industry) or a period; repeatable."
    ),
]
Where = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FILTER",
        help="Keep 'dim = value', 'dim != value', 'dim in value, value', 'dim is null'; repeatable, all must hold.",
    ),
]
Since = Annotated[
    Day | None, typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="First day, by the metric's own clock.")
]
Until = Annotated[
    Day | None, typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Last day, included, by the same clock.")
]
Grain = Annotated[
    str | None, typer.Option(metavar="PERIOD", help="Split by period: day, week, month, quarter or year.")
]
Format = Annotated[str, typer.Option(help="table, csv or json.")]
FileFormat = Annotated[
    str | None, typer.Option(metavar="FORMAT", help="table (for reading), csv, json or parquet (exact values).")
]
Output = Annotated[Path | None, typer.Option(metavar="FILE", help="Write to this file; its ending names the format.")]
Describe = Annotated[
    bool, typer.Option("--describe", help="Say what the metrics mean and what they can be split by; no numbers.")
]


@contextmanager
def asking() -> "Iterator[Generation]":
    """Lend the current generation as the dashboards see it; what goes wrong there becomes a message here."""
    import duckdb

    from dashboards.database import DatabaseError, current_generation
    from pipelines.settings import Settings

    os.environ["THROUGHLINE_DATA"] = str(Settings().data_dir)
    try:
        yield current_generation()
    except (DatabaseError, duckdb.Error) as error:
        raise ThroughlineError(str(error)) from error


def query(
    sql: Annotated[str, typer.Argument(help="One statement on the published file.")], format: Format = "table"
) -> None:
    """Ask the published file in SQL, read-only and within limits."""
    from dashboards.database import Query, run
    from pipelines.output import formatted

    with asking() as generation:
        typer.echo(formatted(run(generation, Query(sql)), format))


def metrics(
    names: Names = None,
    by: By = None,
    where: Where = None,
    since: Since = None,
    until: Until = None,
    grain: Grain = None,
    format: FileFormat = None,
    output: Output = None,
    describe: Describe = False,
) -> None:
    """Compute metrics from their one definition; without names, list them all.

    --since, --until and --grain cut by each metric's own clock. Shares are 0 to 1
    in csv, json and parquet, per cent in a table. What is unknown (a rate of
    nothing, a row without a value) is blank, in a table a dash.

    \b
    throughline metrics
    throughline metrics fill_rate_30_days --describe
    throughline metrics fill_rate_30_days projects_posted --by industry
    throughline metrics applications --where 'category in sales, hr' --grain year
    throughline metrics hires --since 2025-01-01 --output hires.parquet
    """
    from pipelines.output import chosen_format

    wanted = chosen_format(format, output)
    if wanted == "parquet" and output is None and sys.stdout.isatty():
        raise typer.BadParameter("parquet is no text: name a file with --output.", param_hint="--format")
    if not names and (by or where or since or until or grain or describe):
        raise typer.BadParameter("name at least one metric; `throughline metrics` lists them.", param_hint="NAMES")
    with asking() as generation:
        if not names:
            list_all(generation, wanted, output)
        elif describe:
            describe_all(generation, names, wanted, output)
        else:
            answer(generation, question(names, by or [], where or [], since, until, grain), wanted, output)


def question(
    names: list[str], by: list[str], where: list[str], since: Day | None, until: Day | None, grain: str | None
) -> "Question":
    """Return what the options ask; raise for a period that is unknown or ends before it begins."""
    from dashboards.conditions import condition
    from dashboards.questions import GRAINS, Question
    from pipelines.errors import did_you_mean

    if grain is not None and grain not in GRAINS:
        near = did_you_mean(grain, list(GRAINS))
        raise ThroughlineError(f"Expected --grain day, week, month, quarter or year; found {grain!r} ({near}).")
    if since and until and since > until:
        raise ThroughlineError(f"Expected --since before --until; found {since:%Y-%m-%d} after {until:%Y-%m-%d}.")
    conditions = tuple(condition(text) for text in where)
    first, last = (moment.date() if moment else None for moment in (since, until))
    return Question(tuple(names), tuple(by), conditions, since=first, until=last, grain=grain)


def answer(generation: "Generation", asked: "Question", format: str, output: Path | None) -> None:
    """Answer and, beside the answer, say on standard error what the reader should know of it."""
    from dashboards.definitions import catalogue
    from dashboards.questions import ask
    from pipelines.output import deliver

    found = ask(generation, asked)
    known = catalogue(generation)
    deliver(found.frame, format, output, {name: known.metric(name).unit for name in asked.names})
    for note in found.notes:
        typer.secho(note, fg="yellow", err=True)
    if output is not None:
        typer.echo(f"wrote      {output}, rows: {found.frame.height:,}", err=True)


def list_all(generation: "Generation", format: str, output: Path | None) -> None:
    """List the metrics: the whole catalogue for programs, names and labels for people."""
    from dashboards.database import Query, run
    from pipelines.output import deliver

    known = run(generation, Query(LISTED))
    deliver(known.select("name", "unit", "label") if format == "table" else known, format, output, {})
    if format == "table":
        typer.echo(f"{known.height} metrics. What one means: `throughline metrics NAME --describe`.", err=True)


def describe_all(generation: "Generation", names: list[str], format: str, output: Path | None) -> None:
    """Say what metrics mean: their rows of the catalogue, and for people also what they can be split by."""
    import polars as pl

    from dashboards.database import Query, run
    from dashboards.definitions import catalogue
    from pipelines.output import deliver

    for name in names:
        catalogue(generation).metric(name)
    rows = run(generation, Query(LISTED)).filter(pl.col("name").is_in(names))
    if format != "table" or output is not None:
        deliver(rows, format, output, {})
        return
    typer.echo("\n\n".join(description(generation, row) for row in rows.to_dicts()))


def description(generation: "Generation", row: dict[str, Any]) -> str:
    """Return one metric's entry of the dictionary as text."""
    from dashboards.questions import GRAINS, TIME, is_near, reachable

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
