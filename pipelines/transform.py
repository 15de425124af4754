"""Build the marts: one dbt process on the warehouse file, and its results read back.

dbt runs as a subprocess, because in one process it would keep DuckDB's lock; so the caller closes its own
connection first. Unit tests of models belong to ``make test`` and are left out of a build.
"""

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.errors import LOCKED, BuildFailed, PublishRefused, ThroughlineError
from pipelines.faults import OTHERWISE, advice
from pipelines.settings import PROJECT_DIR

log = logging.getLogger(__name__)

DBT_PROJECT = PROJECT_DIR / "dbt_project"
ATTEMPTS = 3
"""So often is dbt begun where a command that only looks has the warehouse open."""
FAILED = ("error", "fail", "runtime error")

TETHERED_DBT = """
import os, sys, threading

def end_with_whom_started_it():
    os.read(0, 1)
    os._exit(1)

threading.Thread(target=end_with_whom_started_it, daemon=True).start()
from dbt.cli.main import cli
sys.argv[0] = "dbt"
cli()
"""
"""dbt as a program that ends at once when the other end of its input is closed: it would hold the warehouse's lock,
and go on writing, where a run is killed."""


@dataclass(frozen=True)
class Node:
    """What became of one node: a model, seed or test; ``failures`` counts the rows that a test returned."""

    name: str
    kind: str
    status: str
    message: str
    failures: int
    seconds: float


@dataclass(frozen=True)
class BuildResult:
    """A finished build: its nodes, how long they took, and where dbt left its artefacts."""

    nodes: tuple[Node, ...]
    seconds: float
    target: Path

    @property
    def manifest(self) -> Path:
        return self.target / "manifest.json"

    @property
    def semantic_manifest(self) -> Path:
        return self.target / "semantic_manifest.json"

    @property
    def warnings(self) -> tuple[Node, ...]:
        return tuple(node for node in self.nodes if node.status == "warn")

    @property
    def failed(self) -> tuple[Node, ...]:
        return tuple(node for node in self.nodes if node.status in FAILED)

    def count(self, kind: str) -> int:
        """Return how many nodes of a kind (``model``, ``seed``, ``test``) ran."""
        return sum(node.kind == kind and node.status != "skipped" for node in self.nodes)


def build(warehouse: Path, target: Path | None = None, *, memory_limit: str = "8GB") -> BuildResult:
    """Build seeds, models and data tests on a closed warehouse; raise what ``failure`` says where one fails.

    ``target`` is dbt's folder for artefacts, by default ``dbt`` beside the warehouse.
    """
    folder = target or warehouse.parent / "dbt"
    results = folder / "run_results.json"
    results.unlink(missing_ok=True)
    for _ in range(ATTEMPTS):
        done = run_dbt(warehouse, folder, "build", "--exclude-resource-type", "unit_test", memory_limit=memory_limit)
        if results.exists() or LOCKED not in done.stdout + done.stderr:
            break
    if done.returncode < 0:
        raise BuildFailed(killed_message(-done.returncode, folder))
    if not results.exists():
        raise BuildFailed(startup_message(done.stdout + done.stderr, warehouse, folder))
    result = read_results(folder)
    if done.returncode != 0 or result.failed:
        raise failure(result, folder)
    log.info("Built %d models, %d tests in %.1f s", result.count("model"), result.count("test"), result.seconds)
    return result


def run_dbt(
    warehouse: Path, target: Path, *arguments: str, memory_limit: str = "8GB"
) -> subprocess.CompletedProcess[str]:
    """Run one dbt command on the warehouse; its artefacts and log go to ``target``."""
    target.mkdir(parents=True, exist_ok=True)
    folders = {"project-dir": DBT_PROJECT, "profiles-dir": DBT_PROJECT, "target-path": target, "log-path": target}
    options = [text for name, folder in folders.items() for text in (f"--{name}", str(folder.resolve()))]
    theirs, ours = os.pipe()
    try:
        return subprocess.run(
            [sys.executable, "-c", TETHERED_DBT, "--no-use-colors", *arguments, *options],
            env={**os.environ, **environment(warehouse, memory_limit)},
            cwd=DBT_PROJECT,
            stdin=theirs,
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        os.close(ours)
        os.close(theirs)


def environment(warehouse: Path, memory_limit: str) -> dict[str, str]:
    """Return the variables that dbt_project/profiles.yml reads, and those that keep dbt off the network."""
    return {
        "THROUGHLINE_WAREHOUSE": str(warehouse.resolve()),
        "THROUGHLINE_SPILL": str(warehouse.resolve().parent / "spill"),
        "THROUGHLINE_MEMORY_LIMIT": memory_limit,
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }


def read_results(target: Path) -> BuildResult:
    """Return the results that dbt wrote into its target folder."""
    report = json.loads((target / "run_results.json").read_text())
    nodes = tuple(read_node(entry) for entry in report["results"])
    return BuildResult(nodes, float(report["elapsed_time"]), target)


def read_node(entry: Mapping[str, Any]) -> Node:
    """Return one entry of run_results.json; its id is ``kind.project.name`` and, for a test, a hash."""
    kind, _, name, *_ = entry["unique_id"].split(".")
    return Node(
        name=name,
        kind=kind,
        status=entry["status"],
        message=(entry.get("message") or "").strip(),
        failures=entry.get("failures") or 0,
        seconds=float(entry["execution_time"]),
    )


def looked_at_by(result: BuildResult) -> str | None:
    """Return the command that shows the rows of a failed test; None where only the build itself can be tried again."""
    tests = [node.name for node in result.failed if node.kind == "test" and node.failures]
    return f"throughline failures {tests[0]}" if tests else None


def failure(result: BuildResult, target: Path) -> ThroughlineError:
    """Return why a build failed: the data, where nothing but tests that found rows failed, else the build itself."""
    is_of_data = result.failed and all(node.kind == "test" and node.failures for node in result.failed)
    kind = PublishRefused if is_of_data else BuildFailed
    return kind(failure_message(result, target), next_command=looked_at_by(result))


def failure_message(result: BuildResult, target: Path) -> str:
    """Return what failed, one line each, and how to look at the rows."""
    lines = [f"The build failed: {len(result.failed)} of {len(result.nodes)} nodes."]
    for node in result.failed:
        if node.kind == "test" and node.failures:
            lines.append(
                f"- test {node.name}: expected no row, found {node.failures}. "
                f"See them: `throughline failures {node.name}`."
            )
        else:
            lines.append(f"- {node.kind} {node.name}: {node.message}")
    if steps := {advice(node.message) for node in result.failed} - {OTHERWISE}:
        lines.append(" ".join(sorted(steps)))
    return "\n".join([*lines, f"The whole log: {target / 'dbt.log'}"])


def killed_message(number: int, target: Path) -> str:
    """Return which signal ended dbt, and what to do."""
    name = signal.Signals(number).name
    return (
        f"expected a build that runs to its end; found dbt ended by signal {number} ({name}), as the system does where "
        "memory runs out. Free memory, or set THROUGHLINE_MEMORY_LIMIT lower, and run again: the build begins anew. "
        f"The whole log: {target / 'dbt.log'}"
    )


def startup_message(output: str, warehouse: Path, target: Path) -> str:
    """Return why dbt ended before it ran anything."""
    if LOCKED in output:
        return f"The build found {warehouse} open in another process. End it, or wait for it, and build again."
    tail = "\n".join(output.strip().splitlines()[-20:])
    step = advice(tail)
    return f"dbt ended before it built anything. Its last words:\n{tail}\n{step}\nThe whole log: {target / 'dbt.log'}"
