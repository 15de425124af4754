"""The commands that read the audit log: is it whole, and who did what."""

import os
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from pipelines.asking.recorded import user
from pipelines.errors import ThroughlineError

audit = typer.Typer(help="The log of who saw, asked and took what.", no_args_is_help=True)

Since = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="From this day on (UTC).")
]
SHOWN = ("sequence", "at", "who", "role", "action", "subject", "scope", "rows", "is_export", "is_denied", "reason")


@audit.command()
def verify(
    holds: Annotated[
        str | None,
        typer.Option(metavar="COUNT:SEAL", help="What an earlier verify printed: the log must still hold it."),
    ] = None,
) -> None:
    """Say whether the log is whole; otherwise name the first broken place and end with 1.

    A log that was put back as a whole to an earlier state has no broken place: keep what this
    command prints elsewhere, and give it back with --holds.
    """
    from dashboards.audit import AuditError, verify

    try:
        found = verify(_log(), _held(holds))
    except AuditError as error:
        raise ThroughlineError(f"The audit log is not whole. {error}") from error
    for each in found.mended:
        typer.secho(each, fg="yellow", err=True)
    typer.echo(f"{found.count:,} entries, whole; the last is {found.count}:{found.last[:16]}")


@audit.command("list")
def list_entries(
    since: Since = None,
    who: Annotated[str | None, typer.Option(help="Entries of this person alone, let in or not.")] = None,
    format: Annotated[str, typer.Option(help="table, csv or json.")] = "table",
) -> None:
    """Show entries, the oldest first; that somebody looked is an entry itself."""
    import polars as pl

    from dashboards.audit import AuditError, Entry, record, stranger
    from pipelines.output import formatted

    try:
        log = _log()
        names = None if who is None else {who, stranger(who)}
        found = [fields for fields in log.entries() if _is_asked_for(fields, since, names)]
        record(Entry(user(), "shell", "audit", "list", rows=len(found)))
    except AuditError as error:
        raise ThroughlineError(str(error)) from error
    columns = SHOWN if format == "table" else tuple(dict.fromkeys(name for fields in found for name in fields))
    rows = [{name: fields.get(name) for name in columns} for fields in found]
    typer.echo(formatted(pl.DataFrame(rows, infer_schema_length=None), format) if rows else "no entries")


def _log() -> Any:
    from dashboards.audit import audit_log
    from pipelines.settings import Settings

    os.environ["THROUGHLINE_DATA"] = str(Settings().data_dir)
    return audit_log()


def _held(text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    count, _, seal = text.partition(":")
    if not (count.isdigit() and len(seal) >= 8):
        raise typer.BadParameter("expected COUNT:SEAL as `throughline audit verify` printed it.", param_hint="--holds")
    return int(count), seal


def _is_asked_for(fields: dict[str, Any], since: datetime | None, names: set[str] | None) -> bool:
    begins = since is None or str(fields.get("at", "")) >= since.replace(tzinfo=UTC).isoformat()
    return begins and (names is None or fields.get("who") in names)
