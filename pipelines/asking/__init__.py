"""The commands that ask the published file: ``query`` in SQL, ``metrics`` by their one definition."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.asking.delivery import chosen_format, deliver
from pipelines.asking.dictionary import describe_all, list_all
from pipelines.asking.recorded import ROLE, told, told_if_it_fails, user
from pipelines.errors import ThroughlineError

if TYPE_CHECKING:
    from dashboards.analysis.running import Answer, Run
    from dashboards.database import Generation
    from dashboards.questions import Question

SLICE_SECONDS = 1.0
"""How long is waited before the waiting begins anew, so that Ctrl-C is heard."""

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
Output = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write to this file; its ending (.txt is a table) names the format.")
]
Describe = Annotated[
    bool, typer.Option("--describe", help="Say what the metrics mean and what they can be split by; no numbers.")
]


@contextmanager
def asking() -> "Iterator[Generation]":
    """Lend the current generation as the dashboards see it; what goes wrong there becomes a message here."""
    import duckdb

    from dashboards.analysis.problems import Problem
    from dashboards.audit import AuditError
    from dashboards.database import DatabaseError, current_generation
    from pipelines.settings import Settings

    os.environ["THROUGHLINE_DATA"] = str(Settings().data_dir)
    try:
        yield current_generation()
    except (DatabaseError, AuditError) as error:
        raise ThroughlineError(str(error)) from error
    except duckdb.Error as error:
        raise ThroughlineError(str(Problem.of(str(error)))) from error


def query(
    sql: Annotated[str, typer.Argument(help="One statement on the published file.")], format: Format = "table"
) -> None:
    """Ask the published file in SQL, read-only and within limits: a process of its own, 60 seconds, 10,000 rows."""
    from dashboards.analysis.recording import witness
    from dashboards.analysis.running import Run
    from pipelines.output import formatted

    if format not in ("table", "csv", "json"):
        raise ThroughlineError(f"expected format table, csv or json; found {format!r}.")
    with asking() as generation:
        found = ended(Run(generation, sql, witness=witness(generation, sql, user(), ROLE, "query")))
    if found.problem is not None or found.rows is None:
        raise ThroughlineError(str(found.problem))
    typer.echo(formatted(found.rows, format))
    if found.is_cut:
        note = f"The first {found.rows.height:,} rows of more. Aggregate or filter to see all that matters."
        typer.secho(note, fg="yellow", err=True)


def ended(run: "Run") -> "Answer":
    """Return what became of a statement; Ctrl-C stops it."""
    answer = None
    while answer is None:
        try:
            answer = run.wait(SLICE_SECONDS)
        except KeyboardInterrupt:
            run.cancel()
    return answer


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

    --since, --until and --grain cut by each metric's own clock; a metric that is
    kept by month is cut by whole months. Shares are 0 to 1
    in csv, json and parquet, per cent in a table. What is unknown (a rate of
    nothing, a row without a value) is blank, in a table a dash.

    \b
    throughline metrics
    throughline metrics fill_rate_30_days --describe
    throughline metrics fill_rate_30_days projects_posted --by industry
    throughline metrics applications --where 'category in sales, hr' --grain year
    throughline metrics hires --since 2025-01-01 --output hires.parquet
    """
    wanted = chosen_format(format, output)
    if wanted == "parquet" and output is None and sys.stdout.isatty():
        raise typer.BadParameter("parquet is no text: name a file with --output.", param_hint="--format")
    if not names and (by or where or since or until or grain or describe):
        raise typer.BadParameter("name at least one metric; `throughline metrics` lists them.", param_hint="NAMES")
    with asking() as generation, told_if_it_fails(generation):
        if not names:
            told(generation, "list", None, None, is_export=output is not None)
            list_all(generation, wanted, output)
        elif describe:
            told(generation, "describe", None, names, is_export=output is not None)
            describe_all(generation, names, wanted, output)
        else:
            answer(generation, question(names, by or [], where or [], since, until, grain), wanted, output)


def question(
    names: list[str], by: list[str], where: list[str], since: Day | None, until: Day | None, grain: str | None
) -> "Question":
    """Return what the options ask; raise for a period that is unknown or ends before it begins."""
    from dashboards.conditions import condition
    from dashboards.names import nearest
    from dashboards.periods import GRAINS
    from dashboards.questions import Question

    if grain is not None and grain not in GRAINS:
        near = nearest(grain, GRAINS)
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

    found = ask(generation, asked)
    known = catalogue(generation)
    told(generation, ", ".join(asked.names), found.frame.height, repr(asked), is_export=output is not None)
    deliver(found.frame, format, output, {name: known.metric(name).unit for name in asked.names})
    for note in found.notes:
        typer.secho(note, fg="yellow", err=True)
    if output is not None:
        typer.echo(f"wrote      {output}, rows: {found.frame.height:,}", err=True)
