"""Eight readers query in a loop while generations come, go back and are removed: no error, no half, nothing stale."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from pipelines import generations
from pipelines.generations import FILE, Generation
from pipelines.rollback import roll_back
from tests.conftest import ROOT
from tests.faults.figures import record

READERS, PUBLISHES = 8, 100
SOON = 10.0
"""Seconds within which a reader sees a new generation."""


@dataclass(frozen=True)
class Look:
    """Which generation a reader saw, when it began to look and when it had seen it."""

    number: int
    begun: float
    done: float


@dataclass(frozen=True)
class Change:
    """When another generation was made current, by its number."""

    begun: float
    done: float
    number: int


def planted(path: Path, number: int) -> None:
    """Write a file whose every part tells its number: as many rows in one table, the same value in each of another."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{path}' as analytics (storage_version 'v1.4.0')")
        connection.execute("create schema analytics.marts; create schema analytics.meta")
        connection.execute(f"create table analytics.meta.build_facts as select {number} as number")
        connection.execute(f"create table analytics.marts.fct_counted as select range from range({number})")
        connection.execute(f"create table analytics.marts.fct_valued as select {number} as number from range(20000)")
        connection.execute("checkpoint analytics")


def publish(published: Path, number: int) -> Generation:
    """Publish a generation the way that the pipeline does, but for its content."""
    before = generations.standing(published)
    given = Generation(f"g{number}", "2026-07-01T00:00:00", "2026-07-02T00:00:00", str(number), "c")
    generation = generations.numbered(published, given)
    folder = generations.folder_of(published, generation.generation)
    folder.mkdir(parents=True)
    planted(folder / FILE, number)
    generations.sync(folder / FILE)
    (folder / FILE).chmod(0o444)
    generations.write_facts(folder, generation)
    generations.make_current(published, generation)
    generations.prune(published, generation.generation, *([before.generation] if before else []))
    return generation


@contextmanager
def readers(published: Path, folder: Path) -> Iterator[list[Path]]:
    """Let readers loop while the block runs; yield where each tells what it saw."""
    told = [folder / f"reader-{number}.jsonl" for number in range(READERS)]
    environment = {**os.environ, "THROUGHLINE_PUBLISHED": str(published)}
    command = [sys.executable, "-m", "tests.faults.reader"]
    running = [
        subprocess.Popen([*command, str(path), str(number % 4 == 3)], cwd=ROOT, env=environment, stdin=subprocess.PIPE)
        for number, path in enumerate(told)
    ]
    try:
        deadline = time.monotonic() + 120
        while not all(path.exists() for path in told) and time.monotonic() < deadline:
            time.sleep(0.05)
        yield told
    finally:
        for each in running:
            assert each.stdin is not None
            each.stdin.close()
        for each in running:
            each.wait(120)


def test_no_reader_meets_an_error_or_a_half_and_each_sees_the_new_generation_soon(tmp_path: Path) -> None:
    published = tmp_path / "published"
    changes = [changed(lambda: publish(published, 1))]
    with readers(published, tmp_path) as told:
        for number in range(2, PUBLISHES + 1):
            changes.append(changed(lambda number=number: publish(published, number)))  # type: ignore[misc]
            if number % 10 == 0:
                changes.append(changed(lambda: roll_back(published)))
            if number % 25 == 0:
                generations.keep_only(published, f"g{changes[-1].number}")
        time.sleep(1)
    lines = {path: [json.loads(line) for line in path.read_text().splitlines()] for path in told}
    assert [line for path in told for line in lines[path] if "error" in line] == []
    results = [line for path in told for line in lines[path]]
    torn = [line for line in results if len({*line["found"]}) != 1]
    assert torn == []
    assert len(results) > READERS * 10
    looks = [[Look(line["found"][0], line["begun"], line["done"]) for line in lines[path]] for path in told]
    assert [seen[-1].number for seen in looks] == [changes[-1].number] * READERS
    slowest = max(stale_for(changes, seen) for seen in looks)
    assert slowest < SOON
    record("reads while generations change", len(results), len(results) - len(torn))
    record("publishes under eight readers", PUBLISHES, PUBLISHES)
    record(f"slowest reader saw a new generation after {slowest:.1f} s", READERS, READERS)


def changed(change: Callable[[], Generation]) -> Change:
    """Make another generation current, and return when that began and was done."""
    begun = time.monotonic()
    number = int(change().batch_id)
    return Change(begun, time.monotonic(), number)


def stale_for(changes: list[Change], looks: list[Look]) -> float:
    """Return for how many seconds a generation was no longer current when a reader began to look at it, at worst.

    While a change is under way, the generation before it or the one after it may be seen.
    """
    ends = [*(each.done for each in changes[1:]), float("inf")]
    worst = 0.0
    for look in looks:
        shown = zip(changes, ends, strict=True)
        until = [end for change, end in shown if change.number == look.number and change.begun < look.done]
        worst = max(worst, look.begun - max(until))
    return worst


def test_a_reader_that_sees_the_first_generation_alone_is_stale_ever_since() -> None:
    changes = [Change(each, each + 0.9, each) for each in range(1, 32)]
    stuck = [Look(1, each / 10, each / 10) for each in range(15, 320)]
    assert stale_for(changes, stuck) == pytest.approx(31.9 - 2.9)
    assert stale_for(changes, [Look(each, each + 0.5, each + 0.6) for each in range(1, 32)]) == 0
