"""The command line: one function per command, and nothing that another room could want.

Heavy rooms are imported inside the command that needs them, so that ``--help`` and a run with nothing new are fast.
Exit codes: 0 done, 1 failed or files refused, 2 wrong use, 3 validation or audit refused to publish.
"""

import logging
import os
import shlex
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from pipelines import asking
from pipelines.asking.auditing import audit
from pipelines.asking.drifting import ACCEPTING, drift, worth_reading
from pipelines.asking.quarantined import quarantine
from pipelines.errors import PublishRefused, ThroughlineError

app = typer.Typer(
    help="Throughline: how micro-internships feed full-time hiring.", no_args_is_help=True, add_completion=False
)
app.add_typer(quarantine, name="quarantine")
app.add_typer(audit, name="audit")
app.add_typer(drift, name="drift")

Mappings = Annotated[list[Path] | None, typer.Option("--mapping", help="A mapping file outside the landing folder.")]
AsOf = Annotated[datetime | None, typer.Option(help="See the data as they were known at this moment (UTC).")]
Scale = Annotated[str, typer.Option(help="tiny, small, medium, or a number of applications.")]
Format = Annotated[str, typer.Option(help="table, csv or json.")]
Accept = Annotated[str | None, typer.Option(metavar="REASON", callback=worth_reading, help=ACCEPTING)]
Port = Annotated[int, typer.Option(help="Port of the dashboards.")]
Address = Annotated[str, typer.Option(help="Address to listen on; another than this machine's needs a login.")]


def main() -> None:
    """Run the command line; errors that are meant for the user end it with exit code 1, refusals to publish with 3."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        app()
    except PublishRefused as error:
        told = "Nothing was published; the generation before stays current."
        end(3, str(error), told, next_command=error.next_command)
    except ThroughlineError as error:
        end(1, str(error), next_command=error.next_command)
    except Exception as error:
        from pipelines.faults import explained

        said = explained(error)
        if said is None:
            raise
        again = shlex.join(["throughline", *sys.argv[1:]])
        end(1, said, "What is published is whole: `throughline status` says what that is.", next_command=again)


def end(code: int, said: str, *told: str, next_command: str | None) -> NoReturn:
    """End with the last words: what failed, what it means and, in the last line, what to type next."""
    typer.secho(said, fg="red", err=True)
    for line in told:
        typer.echo(line, err=True)
    if next_command:
        typer.echo(f"Next: {next_command}", err=True)
    sys.exit(code)


@app.command()
def sample(scale: Scale = "small", seed: int = 42, clean: bool = False) -> None:
    """Write a synthetic marketplace as landing files, and its planted truth beside them."""
    from pipelines import run
    from pipelines.progress import Steps
    from pipelines.sample import write_sample
    from pipelines.sample.scale import UnknownScaleError, scale_of
    from pipelines.settings import Settings

    settings = Settings()
    try:
        scale_of(scale)
    except UnknownScaleError as error:
        raise typer.BadParameter(str(error), param_hint="--scale") from error
    run.refuse_foreign_landing(settings)
    with Steps().step("sample"):
        write_sample(settings.landing_dir, settings.truth_dir, scale=scale, seed=seed, dirty=not clean)


@app.command()
def ingest(mapping: Mappings = None, check: bool = False, as_of: AsOf = None) -> None:
    """Load new landing files into raw tables; rows that do not conform go to the quarantine."""
    from pipelines import run
    from pipelines.progress import Steps, say_check
    from pipelines.settings import Settings

    settings = Settings()
    with run.writing(settings):
        if check:
            outcomes = run.checked(settings, mapping or [])
            say_check(outcomes)
            raise typer.Exit(int(any(each.status == "refused" for each in outcomes)))
        report = run.ingested(settings, mapping or [], as_of, Steps())
        code = run.finish(report)
        run.say_refused(report)
        raise typer.Exit(code)


@app.command()
def dismiss(name: Annotated[str, typer.Argument(help="File as `throughline status` names it.")]) -> None:
    """Take a refused file off the list: it stays where it is and is not read."""
    from pipelines import run
    from pipelines.ledger import dismiss as dismiss_file
    from pipelines.opening import opened
    from pipelines.settings import Settings

    settings = Settings()
    with run.writing(settings), opened(settings) as connection:
        dismiss_file(connection, name)
    typer.echo(f"dismissed  {name}")


@app.command()
def validate() -> None:
    """Hold the raw tables against the expectations at the border in."""
    from pipelines import run
    from pipelines.progress import Steps
    from pipelines.settings import Settings

    settings = Settings()
    with run.writing(settings):
        run.validated(settings, Steps())


@app.command()
def build(as_of: AsOf = None) -> None:
    """Build the marts with dbt."""
    from pipelines import run
    from pipelines.progress import Steps
    from pipelines.settings import Settings

    settings = Settings()
    with run.writing(settings):
        run.built(settings, Steps(), as_of)


@app.command()
def publish(accept: Accept = None) -> None:
    """Copy the marts into a new generation, audit it and make it current.

    --accept publishes in spite of drift, and says why on the page Data health; broken books and failed checks nobody
    can accept.
    """
    from pipelines import run
    from pipelines.progress import Steps
    from pipelines.settings import Settings

    settings = Settings()
    with run.writing(settings):
        generation = run.published(settings, Steps(), accept)
    typer.echo(f"published  {generation.generation}, data as of {generation.as_of}")


@app.command("run")
def run_command(mapping: Mappings = None, as_of: AsOf = None, force: bool = False, accept: Accept = None) -> None:
    """Ingest, validate, build and publish; does nothing, fast, when nothing is new."""
    from pipelines import run
    from pipelines.settings import Settings

    raise typer.Exit(run.run_all(Settings(), mapping or [], as_of, force, accept))


@app.command()
def demo(scale: Scale = "small", seed: int = 42, serve: bool = True, port: Port = 8501) -> None:
    """Write a sample, run the pipeline and show the dashboards."""
    from pipelines import run
    from pipelines.settings import Settings

    sample(scale, seed)
    code = run.run_all(Settings(), [], None, False)
    if code or not serve:
        raise typer.Exit(code)
    if not sys.stdout.isatty():
        typer.echo(f"The dashboards are shown at http://127.0.0.1:{port} by: .venv/bin/throughline dashboard")
        raise typer.Exit(0)
    dashboard(port)


@app.command()
def dashboard(port: Port = 8501, address: Address = "127.0.0.1") -> None:
    """Show the dashboards: to whoever may log in or, on synthetic data and on this machine, as a demonstration."""
    from pipelines import generations
    from pipelines.settings import PROJECT_DIR, Settings

    settings = Settings()
    if generations.current(settings.published_dir) is None:
        raise ThroughlineError(
            "expected published data; found none. Make some with `throughline demo` or `run`.",
            next_command="throughline run",
        )
    typer.echo(f"Starting the dashboards at http://{address}:{port} (end with Ctrl-C)")
    os.environ["THROUGHLINE_DATA"] = str(settings.data_dir)
    os.chdir(PROJECT_DIR)
    os.execv(sys.executable, [sys.executable, "-m", "dashboards.server", address, str(port)])


@app.command()
def status() -> None:
    """Say what is published, what the last runs did, and what stands refused or in quarantine."""
    from pipelines.settings import Settings
    from pipelines.status import status_lines

    typer.echo("\n".join(status_lines(Settings())))


@app.command()
def failures(
    name: Annotated[str | None, typer.Argument(help="Show the rows of this one, as in the list.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many rows.")] = 20,
    format: Format = "table",
) -> None:
    """List what failed when raw tables were validated, marts built and a generation audited last, or show its rows."""
    from pipelines.failures import failing_rows, listed
    from pipelines.output import formatted
    from pipelines.settings import Settings

    settings = Settings()
    found = listed(settings) if name is None else failing_rows(settings, name, limit)
    typer.echo(formatted(found, format))


@app.command()
def verify() -> None:
    """Compare generations, landing files, books and the rows of each delivery with what was recorded of them."""
    from pipelines import run
    from pipelines.settings import Settings
    from pipelines.verifying import verified

    settings = Settings()
    with run.looking(settings):
        for line in verified(settings):
            typer.echo(line)


@app.command()
def rollback(generation: Annotated[str | None, typer.Argument(help="A kept generation.")] = None) -> None:
    """Make an older generation current: the one named, or the one before."""
    from pipelines import run
    from pipelines.erasing.forgetting import refuse_rollback
    from pipelines.rollback import roll_back
    from pipelines.settings import Settings

    settings = Settings()
    with run.writing(settings):
        refuse_rollback(settings)
        chosen = roll_back(settings.published_dir, generation)
    typer.echo(f"current    {chosen.generation}, data as of {chosen.as_of}")


@app.command()
def forget(
    person: Annotated[str, typer.Argument(help="The student's id, or an e-mail address of the person.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before anything is removed.")] = False,
) -> None:
    """Remove a person from every file below the data folder, and keep them out of every later delivery."""
    from pipelines import erasure
    from pipelines.settings import Settings

    raise typer.Exit(erasure.forget(Settings(), person, lambda: yes or typer.confirm("Remove all of this?")))


@app.command("rotate-key")
def rotate_key() -> None:
    """Add a new version of the pseudonym key: the next run gives everybody a new pseudonym."""
    from pipelines import run
    from pipelines.settings import Settings

    settings = Settings()
    with run.writing(settings):
        version = settings.rotated_pseudonym_key()
        run.outdate_build(settings)
    typer.echo(f"version {version}  in use from the next `throughline run` on; earlier versions stay in the key file")


app.command()(asking.query)
app.command()(asking.metrics)
