"""``throughline forget``: say what hangs on a person, ask, keep the request, and carry it out to the end."""

from collections.abc import Callable
from datetime import datetime

from pipelines.erasing import debts
from pipelines.erasing.forgetting import Settled, planned, request, settle, steps_owed
from pipelines.erasing.sweeping import Swept
from pipelines.opening import opened
from pipelines.progress import Steps, console, errors, say_next
from pipelines.run import built, now, published, writing
from pipelines.settings import Settings


def forget(settings: Settings, person: str, confirm: Callable[[], bool]) -> int:
    """Erase a person, by student id or address, and return the exit code: 1 where a file could not be looked into.

    Nothing is changed unless ``confirm`` agrees. Who is not known is kept out of later deliveries all the same.
    """
    with writing(settings) as command:
        with opened(settings) as connection:
            plan = planned(connection, person, settings.pseudonym_keys())
            say_plan(plan)
            if not confirm():
                console.print("nothing was changed")
                command.code = 1
                return 1
            request(connection, person, settings.pseudonym_keys(), now())
        command.code = carried_out(settings, plan, now())
        return command.code


def carried_out(settings: Settings, plan: Swept, moment: datetime) -> int:
    """Do everything that is owed and say it; return the exit code."""
    steps = Steps()
    with steps.step("erase"):
        settled = settle(settings, moment)
    say_settled(settled)
    if debts.PUBLISH in steps_owed(settings):
        built(settings, steps)
        generation = published(settings, steps)
        console.print(f"published  {generation.generation}; earlier generations are gone, nobody can roll back to them")
    elif not plan.total:
        console.print("The request is kept: rows of this person are set apart in every later delivery.")
    for name in settled.copies.unread:
        errors.print(f"unread     {name}: expected a file that can be read; found none. Look at it, or remove it.")
    if settled.copies.unread:
        say_next("throughline ingest --check")
    return 1 if settled.copies.unread else 0


def say_plan(plan: Swept) -> None:
    """Say what would be removed, by table, and from which landing files."""
    if not plan.total:
        console.print("nobody of that number or address is in the warehouse")
        return
    for table, rows in plan.rows.items():
        console.print(f"found      {rows:>8,} rows  {table}", markup=False)
    for name in plan.files:
        console.print(f"found      in landing  {name}", markup=False)
    console.print("These rows and every published generation before the next one will be removed.")


def say_settled(settled: Settled) -> None:
    """Say what was removed."""
    for table, rows in settled.swept.rows.items():
        console.print(f"removed    {rows:>8,} rows  {table}", markup=False)
    for name in (*settled.copies.rewritten, *settled.truth):
        console.print(f"rewritten  {name}", markup=False)
