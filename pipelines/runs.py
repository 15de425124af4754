"""The last runs, as the journal tells them: when, how they ended, what took longest, how many rows, how much memory."""

import json
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.journal_file import BEGUN, ENDED, journal_files

SHOWN = 5


@dataclass
class Run:
    """One command, put together from its lines."""

    run: str
    lines: list[dict[str, Any]] = field(default_factory=list)

    @property
    def last(self) -> dict[str, Any]:
        return self.lines[-1]

    @property
    def is_ended(self) -> bool:
        return bool(self.last["step"] == ENDED)

    @property
    def is_under_way(self) -> bool:
        """True where its process is alive on this machine."""
        pid, host = self.lines[0].get("pid"), self.lines[0].get("host")
        return not self.is_ended and host == socket.gethostname() and isinstance(pid, int) and is_alive(pid)

    @property
    def longest(self) -> tuple[str, float]:
        """The step that took longest, over all files, and its seconds; the last line counts where there is no step."""
        seconds: dict[str, float] = {}
        steps = [line for line in self.lines if line["step"] not in (BEGUN, ENDED)]
        for line in steps or self.lines[-1:]:
            seconds[line["step"]] = seconds.get(line["step"], 0.0) + float(line.get("seconds") or 0)
        step = max(seconds, key=lambda each: seconds[each])
        return step, seconds[step]

    def total(self, name: str) -> int:
        """Return the sum of a count over the run's files."""
        return sum(int(line.get(name) or 0) for line in self.lines if line["step"] == "ingest.committed")

    @property
    def peak_memory_bytes(self) -> int:
        """The most that the command, or one process that it started, ever held."""
        names = ("peak_memory_bytes", "children_peak_memory_bytes")
        return max(int(line.get(name) or 0) for line in self.lines for name in names)


def is_alive(pid: int) -> bool:
    """Say whether a process of that number runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def last_runs(folder: Path, most: int = SHOWN) -> list[Run]:
    """Return the last runs, newest first; lines that are broken, and files that cannot be read, are passed over."""
    runs: dict[str, Run] = {}
    for path in reversed(journal_files(folder)):
        for line in lines_of(path):
            runs.setdefault(line["run"], Run(line["run"])).lines.append(line)
        whole = [run for run in runs.values() if run.lines[0]["step"] == BEGUN]
        if len(whole) >= most:
            break
    return sorted(runs.values(), key=lambda run: str(run.lines[0].get("at")), reverse=True)[:most]


def lines_of(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines of a file that are whole."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    for each in text.splitlines():
        try:
            line = json.loads(each)
        except ValueError:
            continue
        if isinstance(line, dict) and all(isinstance(line.get(name), str) for name in ("run", "step")):
            yield line


def run_lines(folder: Path) -> Iterator[str]:
    """Yield what `throughline status` says of the last runs."""
    for run in last_runs(folder):
        at = str(run.lines[0].get("at", "")).partition(".")[0].replace("T", " ")
        step, seconds = run.longest
        parts = [
            how_it_ended(run),
            f"longest {step} {seconds:,.1f} s",
            *([f"{rows:,} rows read, {run.total('rows_loaded'):,} loaded"] if (rows := run.total("rows_read")) else []),
            f"peak {run.peak_memory_bytes / 2**20:,.0f} MiB",
        ]
        yield f"run         {at} UTC  {run.lines[0].get('command')}: {', '.join(parts)}"


def how_it_ended(run: Run) -> str:
    """Say how a run ended, or at which step it was last seen."""
    seconds = f"{float(run.last.get('seconds_in_all', 0)):,.1f} s"
    if run.is_ended:
        error = run.last.get("error")
        before = f" after {run.lines[-2]['step']}" if error and len(run.lines) > 2 else ""
        return f"exit {run.last.get('exit_code')}{f' ({error}{before})' if error else ''} in {seconds}"
    state = f"under way (pid {run.lines[0]['pid']})" if run.is_under_way else "killed"
    return f"{state} after {run.last['step']}, at {seconds}"
