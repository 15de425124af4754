"""Statements that run: each in a process of its own, watched by a thread, so that the page goes on living."""

import atexit
import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Literal

import polars as pl

from dashboards.analysis.limits import RUNS_AT_ONCE, Limits
from dashboards.analysis.problems import Problem, cancelled, out_of_memory, replaced, too_slow, unrecorded
from dashboards.analysis.statements import refused
from dashboards.analysis.worker import Task
from dashboards.database import PROJECT_DIR, Generation, spill_dir
from dashboards.keeping import is_erased, is_removed

WAIT = 0.2

Worker = subprocess.Popen[bytes]
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    """What became of a statement: its rows, or a problem; ``is_cut`` where there were more rows than may come back."""

    rows: pl.DataFrame | None
    is_cut: bool
    seconds: float
    problem: Problem | None = None
    row_count: int | None = None

    @property
    def outcome(self) -> Literal["done", "cut", "refused", "cancelled", "failed"]:
        """Say in a word what became of it."""
        if self.problem is None:
            return "cut" if self.is_cut else "done"
        return self.problem.kind


Witness = Callable[[Answer], None]
"""Told what became of a statement before anybody sees it; where it fails, nothing is shown."""


class Workers:
    """Processes for statements: one stands ready, so that nobody waits for Python to start."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._spare: Worker | None = None
        self._is_kept_warm = False
        atexit.register(self.end)

    def take(self) -> Worker:
        """Return a process that waits for its task."""
        with self._lock:
            ready, self._spare = self._spare, None
        if ready is not None and ready.poll() is None:
            return ready
        _discard(ready)
        return _start()

    def warm(self) -> None:
        """Have a process ready, from now on also after each statement."""
        with self._lock:
            self._is_kept_warm = True
            if self._spare is None or self._spare.poll() is not None:
                _discard(self._spare)
                self._spare = _start()

    def warm_again(self) -> None:
        """Have a process ready where one was wanted before: a command that asks once needs none."""
        if self._is_kept_warm:
            self.warm()

    def end(self) -> None:
        """End the process that stands ready."""
        with self._lock:
            _discard(self._spare)
            self._spare = None


def _start() -> Worker:
    """Start a process with an empty environment; Ctrl-C reaches its parent alone, which then ends it."""
    return subprocess.Popen(
        [sys.executable, "-m", "dashboards.analysis.worker", str(os.getpid())],
        cwd=PROJECT_DIR,
        env={"PATH": os.defpath, "LANG": "C.UTF-8", "POLARS_MAX_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _discard(worker: Worker | None) -> None:
    """End a process that has had no task."""
    if worker is not None:
        worker.kill()
        worker.communicate()


workers = Workers()
_places = threading.BoundedSemaphore(RUNS_AT_ONCE)


class Run:
    """One statement on its way; ``answer`` is there once it has ended, one way or another."""

    def __init__(
        self, generation: Generation, statement: str, limits: Limits | None = None, witness: Witness | None = None
    ) -> None:
        self.statement = statement
        self.limits = limits or Limits()
        self.answer: Answer | None = None
        self.generation, self._witness = generation, witness
        self._started = time.monotonic()
        self._stopped = threading.Event()
        self._worker: Worker | None = None
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._work, name="analyst-statement", daemon=True)
        self._thread.start()

    @property
    def seconds(self) -> float:
        """Return how long the statement has run, or ran."""
        return self.answer.seconds if self.answer else time.monotonic() - self._started

    @property
    def is_waiting(self) -> bool:
        """Tell whether the statement waits for others to end."""
        return self.answer is None and self._worker is None

    def cancel(self) -> None:
        """Stop the statement now."""
        self._stopped.set()
        with self._lock:
            if self._worker is not None:
                self._worker.kill()

    def wait(self, seconds: float | None = None) -> Answer | None:
        """Wait for the answer, at most so long, and return it if it is there."""
        self._thread.join(seconds)
        return self.answer

    def _work(self) -> None:
        problem = refused(self.statement)
        if problem is not None:
            self._end(problem)
            return
        while not _places.acquire(timeout=WAIT):
            if self._stopped.is_set():
                self._end(cancelled())
                return
        try:
            with spill_dir() as spill:
                self._ask(spill)
        except Exception as error:  # Whatever it was, the page that waits has to hear of it, though not of our places.
            logger.exception("A statement could not be run")
            self._end(Problem("The statement could not be run", f"Found {type(error).__name__}; it is in our log."))
        finally:
            _places.release()
            workers.warm_again()

    def _ask(self, spill: str) -> None:
        with self._lock:
            self._worker = workers.take()
            if self._stopped.is_set():
                self._worker.kill()
        self._started = time.monotonic()
        task = Task(str(self.generation.path), spill, self.statement, self.limits)
        try:
            said, _ = self._worker.communicate(task.line().encode(), timeout=self.limits.seconds)
        except subprocess.TimeoutExpired:
            self._worker.kill()
            self._worker.communicate()
            self._end(too_slow(self.limits))
        except BrokenPipeError:
            self._worker.communicate()
            self._end(cancelled() if self._stopped.is_set() else out_of_memory(self.limits))
        else:
            self._take(said)

    def _take(self, said: bytes) -> None:
        """Read what the process said; one that ended without a word was cancelled, or ran out of memory."""
        head, _, stream = said.partition(b"\n")
        if self._stopped.is_set():
            self._end(cancelled())
        elif is_erased(self.generation) or (is_removed(self.generation) and not stream):
            self._end(replaced())
        elif not stream:
            self._end(out_of_memory(self.limits))
        elif (error := json.loads(head)["error"]) is not None:
            self._end(Problem.of(error, self.limits))
        else:
            rows = pl.read_ipc_stream(BytesIO(stream))
            seconds = time.monotonic() - self._started
            self._tell(Answer(rows, json.loads(head)["is_cut"], seconds, row_count=rows.height))

    def _end(self, problem: Problem) -> None:
        self._tell(Answer(None, False, time.monotonic() - self._started, problem))

    def _tell(self, answer: Answer) -> None:
        """Let the witness know, then whoever waits; what could not be witnessed is not shown."""
        try:
            if self._witness is not None:
                self._witness(answer)
        except Exception:  # Whatever it was: the page waits, and shows nothing that is not recorded.
            logger.exception("A statement could not be recorded")
            answer = Answer(None, False, answer.seconds, unrecorded())
        self.answer = answer
