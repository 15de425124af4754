"""``throughline quarantine``: rows that did not conform, from the list of them to their way back."""

from pathlib import Path
from typing import Annotated

import typer

quarantine = typer.Typer(help="Rows that did not conform: list, show, export, replay.", no_args_is_help=True)

Name = Annotated[str | None, typer.Argument(metavar="FILE", help="Name of a file, as in the list.")]
Rule = Annotated[str | None, typer.Option(help="Rows that broke this rule alone, as in the list.")]
Format = Annotated[str, typer.Option(help="table, csv or json.")]
Mappings = Annotated[list[Path] | None, typer.Option("--mapping", help="A mapping file outside the landing folder.")]


@quarantine.command("list")
def quarantine_list(format: Format = "table") -> None:
    """Count the rows in quarantine by file, column and rule."""
    from pipelines.opening import reading
    from pipelines.output import formatted
    from pipelines.quarantine import summary
    from pipelines.settings import Settings

    with reading(Settings()) as connection:
        typer.echo(formatted(summary(connection), format))


@quarantine.command("show")
def quarantine_show(
    file: Name = None,
    rule: Rule = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many rows.")] = 20,
    format: Format = "table",
) -> None:
    """Show rows in quarantine: line, column, expected, found and the text of the row."""
    from pipelines.opening import reading
    from pipelines.output import formatted
    from pipelines.quarantine import rows
    from pipelines.settings import Settings

    with reading(Settings()) as connection:
        typer.echo(formatted(rows(connection, file, rule, limit), format))


@quarantine.command("export")
def quarantine_export(
    target: Annotated[Path, typer.Argument(metavar="OUT", help="A file ending in .csv, .xlsx, .parquet or .ndjson.")],
    file: Annotated[str | None, typer.Option(help="Rows of this file alone, as in the list.")] = None,
    rule: Rule = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file where it is there.")] = False,
) -> None:
    """Write rows in quarantine, with their text, into a file that its owner alone may read."""
    from pipelines.exporting import export
    from pipelines.opening import reading
    from pipelines.settings import Settings

    with reading(Settings()) as connection:
        written = export(connection, target, file, rule, force=force)
    typer.echo(f"exported   {written:,} rows to {target}: their text may name people")


@quarantine.command("replay")
def quarantine_replay(
    file: Name = None,
    mapping: Mappings = None,
) -> None:
    """Hold quarantined rows against today's mapping and rules, and load those that now conform."""
    from pipelines import run
    from pipelines.opening import opened
    from pipelines.replaying import replay
    from pipelines.settings import Settings

    settings = Settings()
    with run.writing(settings), opened(settings) as connection:
        done = replay(
            connection,
            settings.landing_dir,
            run.new_batch(),
            file,
            mappings=mapping or [],
            keys=settings.pseudonym_keys,
        )
    for name, reason in done.reasons.items():
        typer.secho(f"not replayed  {name}: {reason}", fg="red", err=True)
    typer.echo(f"replayed   {done.loaded:,} rows loaded, {done.left:,} left in quarantine")
    raise typer.Exit(int(done.is_failed))
