"""How long a page's script runs: warm, with every kept frame and estimate thrown away before each run."""

import gc
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import _lru_cache_wrapper
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
import polars as pl
from streamlit import config
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.testing.v1 import AppTest

from dashboards import database
from dashboards.database import Generation, Query, current_generation
from dashboards.navigation import PageEntry
from dashboards.scope import Role
from dashboards.slices.people import hosts
from tests.conftest import ROOT

APP = ROOT / "dashboards" / "app.py"
PERIODS = ("All time", "Last 12 months")
WARM = {"connect", "statement", "dimensions", "_engine_of", "manifest_text", "_kept", "catalogue_of", "_spill_base"}
"""Caches that a running server always holds: connections, compiled SQL, definitions. All others are emptied."""


@dataclass
class Timed:
    """The runs of one page for one role: seconds of the script, and the statements that one run asked."""

    page: PageEntry
    role: Role
    seconds: list[float] = field(default_factory=list)
    processor_seconds: list[float] = field(default_factory=list)
    statements: list[str] = field(default_factory=list)
    asked_seconds: list[float] = field(default_factory=list)
    bare_seconds: float = 0.0

    @property
    def median(self) -> float:
        """Return the median of the runs."""
        return statistics.median(self.seconds)

    @property
    def p95(self) -> float:
        """Return the 95th percentile of the runs, the higher of two neighbours."""
        return sorted(self.seconds)[-1 - len(self.seconds) // 20]


def kept_caches() -> list["_lru_cache_wrapper[Any]"]:
    """Return every cache of the dashboards but the warm ones, so that a new one is emptied without being named here."""
    modules = [module for name, module in sys.modules.items() if name.split(".")[0] == "dashboards"]
    found = {id(each): each for module in modules for each in vars(module).values() if hasattr(each, "cache_clear")}
    return [each for each in found.values() if each.__name__ not in WARM]


@contextmanager
def watched(timed: Timed) -> Iterator[None]:
    """Note the script's seconds and the statements of the runs within."""
    run_script, run_query = ScriptRunner._run_script, database.run
    timed.statements.clear()

    def script(runner: ScriptRunner, data: Any) -> None:
        started, worked = time.perf_counter(), time.process_time()
        run_script(runner, data)
        timed.seconds.append(time.perf_counter() - started)
        timed.processor_seconds.append(time.process_time() - worked)

    def query(generation: Generation, query: Query, *arguments: Any, **named: Any) -> pl.DataFrame:
        started = time.perf_counter()
        found = run_query(generation, query, *arguments, **named)
        timed.asked_seconds[-1] += time.perf_counter() - started
        timed.statements.append(f"{query.slice_text or ''} {query.text}")
        return found

    timed.asked_seconds.append(0.0)
    with patch.object(ScriptRunner, "_run_script", script), patch.object(database, "run", query):
        yield


def measure(page: PageEntry, role: Role, rounds: int) -> Timed:
    """Run a page's script ``rounds`` times after two that warm it; raise where it shows an exception."""
    config.set_option("server.address", "127.0.0.1")
    app = AppTest.from_file(str(APP), default_timeout=120)
    app.session_state["view"] = role
    app.run()
    app.switch_page(page.file)
    timed = Timed(page, role)
    for number in range(-len(PERIODS), rounds):
        app.session_state["period"] = PERIODS[number % len(PERIODS)]
        for cache in kept_caches():
            cache.cache_clear()
        gc.collect()
        with watched(timed):
            app.run()
        if wrong := complaint(app, page):
            raise SystemExit(f"{page.name} as {role}, {PERIODS[number % len(PERIODS)]}: {wrong}")
        if number < 0:
            timed.seconds.clear()
            timed.processor_seconds.clear()
            timed.asked_seconds.clear()
    timed.bare_seconds = bare_seconds(timed)
    return timed


def complaint(app: AppTest, page: PageEntry) -> str | None:
    """Say what is wrong with the page that was drawn, if anything is."""
    html = [each.proto.body for each in app.get("html") if not each.proto.body.startswith("<style>")]
    errors = [each for each in html if "tl-error" in each]
    if app.exception or app.error or errors:
        return f"{app.exception or app.error or errors[0]}"
    return None if any(f"<h1>{page.title}</h1>" in each for each in html) else "another page"


def bare_seconds(timed: Timed) -> float:
    """Return the median seconds of one bare query that reads, of each mart of the page, the columns that it names."""
    generation = current_generation()
    host = str(hosts(generation)["host_id"][0]) if timed.role == "employer" else None
    named = set(re.findall(r"\w+", " ".join(timed.statements)))
    with duckdb.connect() as connection:
        connection.execute(f"set threads = {database.THREADS}")
        connection.execute(f"attach '{generation.path}' as analytics (read_only)")
        parts = []
        held = connection.sql(
            "select table_name, list(column_name) from duckdb_columns() "
            "where database_name = 'analytics' and schema_name = 'marts' group by table_name order by table_name"
        ).fetchall()
        for mart, columns in held:
            if mart not in named:
                continue
            read = ", ".join(f'"{name}"' for name in columns if name in named) or "*"
            where = f"where host_id = '{host}'" if host and "host_id" in columns else ""
            parts.append(f"(select bit_xor(hash({read})) from analytics.marts.{mart} {where})")
        return once_warm(lambda: connection.sql(f"select {', '.join(parts) or '1'}").fetchall())


def once_warm(act: Callable[[], object], rounds: int = 5) -> float:
    act()
    taken = []
    for _ in range(rounds):
        started = time.perf_counter()
        act()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def published(data: Path) -> Path:
    """Return the published folder of a data folder."""
    return data / "published"
