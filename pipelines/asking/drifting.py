"""The commands ``drift list`` and ``drift show``: what drifted, and the rows behind it."""

from typing import Annotated, Any

import typer

from pipelines.errors import ThroughlineError, did_you_mean

drift = typer.Typer(help="What differs from what came and was shown before.", no_args_is_help=True)

ACCEPTING = "Publish in spite of drift, and record why, for the page Data health."

LIST = """
    select
        finding_id, severity, kind, subject, since, expected, found, is_current, accepted_by, reason
    from ops.drift_findings order by is_current desc, severity, kind, subject
"""


@drift.command("list")
def list_findings(format: Annotated[str, typer.Option(help="table, csv or json.")] = "table") -> None:
    """List the drift that the last attempt to publish found, and all that was accepted."""
    from pipelines.opening import reading
    from pipelines.output import formatted
    from pipelines.settings import Settings

    with reading(Settings()) as connection:
        known(connection)
        typer.echo(formatted(connection.sql(LIST).pl(), format))


@drift.command("show")
def show(
    finding: Annotated[str, typer.Argument(help="Id of a finding, as in the list.")],
    limit: Annotated[int, typer.Option(min=1, help="At most so many rows.")] = 20,
    format: Annotated[str, typer.Option(help="table, csv or json.")] = "table",
) -> None:
    """Show the rows behind a finding, from the warehouse, whether or not the file was published."""
    from pipelines import generations
    from pipelines.opening import reading
    from pipelines.output import formatted
    from pipelines.settings import Settings
    from pipelines.sql import literal

    settings = Settings()
    before = generations.current(settings.published_dir)
    with reading(settings) as connection:
        looks = known(connection)
        if finding not in looks:
            raise ThroughlineError(f"expected a finding; found {finding!r} ({did_you_mean(finding, [*looks])}).")
        if before is not None:
            connection.execute(f"attach {literal(str(settings.published_dir / before.path))} as before (read_only)")
        typer.echo(formatted(connection.sql(f"select * from ({looks[finding]}) limit {limit}").pl(), format))


def worth_reading(reason: str | None) -> str | None:
    """Return the reason for which drift is accepted; wrong use where it says nothing."""
    from pipelines.drift.keeping import NoReason, checked

    try:
        return checked(reason)
    except NoReason as error:
        raise typer.BadParameter(str(error)) from error


def known(connection: Any) -> dict[str, str]:
    """Return the statement of each finding by its id; none where the warehouse is older than drift."""
    if not connection.sql("select 1 from duckdb_tables() where table_name = 'drift_findings'").fetchall():
        raise ThroughlineError("expected findings; found a warehouse that never published any. Use `throughline run`.")
    return dict(connection.sql("select finding_id, look from ops.drift_findings").fetchall())
