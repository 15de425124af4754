"""What long work shows: a bar with rows and seconds on a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from pipelines.ledger import Outcome

console = Console(highlight=False, soft_wrap=True)
errors = Console(stderr=True, highlight=False, soft_wrap=True)


class Steps:
    """The steps of one command, shown as they go."""

    def __init__(self) -> None:
        self.is_terminal = sys.stdout.isatty()
        self.rows = 0

    @contextmanager
    def step(self, name: str) -> Iterator["Steps"]:
        """Show a step while its block runs, then its seconds and rows."""
        started = time.monotonic()
        self.rows = 0
        if self.is_terminal:
            columns = (
                SpinnerColumn(),
                TextColumn("{task.description:<10}"),
                BarColumn(24),
                TextColumn("{task.fields[rows]:>12,} rows"),
                TimeElapsedColumn(),
            )
            with Progress(*columns, console=console, transient=True) as progress:
                self._progress: tuple[Progress, TaskID] | None = (progress, progress.add_task(name, total=None, rows=0))
                yield self
        else:
            self._progress = None
            yield self
        rows = f"{self.rows:>12,} rows" if self.rows else " " * 17
        console.print(f"{name:<10} {rows} {time.monotonic() - started:8.1f} s")

    def outcome(self, outcome: "Outcome") -> None:
        """Count a file's rows; say a refusal at once."""
        self.rows += outcome.read
        if self._progress is not None:
            progress, task = self._progress
            progress.update(task, rows=self.rows)
        if outcome.status == "refused":
            say_refusal(outcome)


def say_refusal(outcome: "Outcome") -> None:
    """Name a refused file and the reason."""
    errors.print(f"refused    {outcome.name}: {outcome.reason}", style="red", markup=False)


def say_next(command: str | None) -> None:
    """Say, as the last line of what failed, what to type next."""
    if command:
        errors.print(f"Next: {command}", markup=False)


def say_check(outcomes: "Sequence[Outcome]") -> None:
    """Say what files would become under a mapping, and which of their columns nothing uses."""
    for outcome in outcomes:
        if outcome.status == "refused":
            say_refusal(outcome)
            continue
        if outcome.status == "repeated":
            console.print(f"{outcome.name}: already loaded", markup=False)
            continue
        console.print(
            f"{outcome.name}: {outcome.entity}: {outcome.read:,} rows read, {outcome.loaded:,} would load, "
            f"{outcome.unchanged:,} unchanged, {outcome.quarantined:,} to quarantine",
            markup=False,
        )
        for rule, rows in sorted(outcome.rules.items()):
            console.print(f"    {rule}: {rows:,}", markup=False)
    say_unused(outcomes)


def say_unused(outcomes: "Sequence[Outcome]") -> None:
    """Say once for each loaded file which of its columns no entity uses."""
    loaded = [outcome for outcome in outcomes if outcome.status == "loaded"]
    for name in sorted({outcome.name for outcome in loaded}):
        unused = set.intersection(*(set(outcome.unused) for outcome in loaded if outcome.name == name))
        if unused:
            console.print(f"{name}: columns that nothing uses: {', '.join(sorted(unused))}", markup=False)
