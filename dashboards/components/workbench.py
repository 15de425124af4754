"""What one session has on its bench: the statement in the editor, the one that runs, the last answer, the history."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import polars as pl
import streamlit as st

from dashboards.analysis.problems import replaced
from dashboards.analysis.running import Answer, Run
from dashboards.components.witness import asked
from dashboards.database import Generation
from dashboards.keeping import is_erased
from dashboards.slices.catalogue import worked_query

EDITOR = "sql_statement"
BENCH = "_workbench"
FIRST = "select name, question\nfrom meta.worked_queries\norder by name"
"""What the editor holds at first: it runs, and leads on."""

LONGEST_IN_URL = 1500
KEPT = 100
"""Statements that the history holds."""


@dataclass(frozen=True)
class Past:
    """A statement that was run on a generation, and what became of it."""

    run_at: datetime
    statement: str
    answer: Answer
    generation: Generation


@dataclass
class Workbench:
    """The state of the page SQL in one session; another session has its own."""

    statement: str = FIRST
    asked: tuple[str | None, str | None] = (None, None)
    run: Run | None = None
    shown: Past | None = None
    history: list[Past] = field(default_factory=list)


def workbench() -> Workbench:
    """Return this session's bench."""
    found: Workbench = st.session_state.setdefault(BENCH, Workbench())
    return found


def read_address(generation: Generation, bench: Workbench) -> None:
    """Put the statement that the address names, ``worked`` by name or ``q`` by its text, into the editor, once."""
    asked = (st.query_params.get("worked"), st.query_params.get("q"))
    if asked != bench.asked:
        bench.asked = asked
        if statement := worked_query(generation, asked[0]) or asked[1]:
            write(statement)
    st.session_state.setdefault(EDITOR, bench.statement)
    bench.statement = st.session_state[EDITOR]


def write(statement: str) -> None:
    """Put a statement into the editor; in a callback, or before the editor is drawn."""
    st.session_state[EDITOR] = statement
    workbench().statement = statement


def start(generation: Generation, bench: Workbench) -> None:
    """Run what the editor holds, and name it in the address if it is short."""
    bench.run = Run(generation, bench.statement, witness=asked(bench.statement))
    name_in_address(generation, bench)


def name_in_address(generation: Generation, bench: Workbench) -> None:
    """Let the address lead to the statement: by the name of its worked query, or by its text where that is short."""
    name = st.query_params.get("worked")
    is_worked = name is not None and worked_query(generation, name) == bench.statement
    is_short = len(bench.statement) <= LONGEST_IN_URL
    if not is_worked:
        st.query_params.pop("worked", None)
    if is_short and not is_worked:
        st.query_params["q"] = bench.statement
    else:
        st.query_params.pop("q", None)
    bench.asked = (st.query_params.get("worked"), st.query_params.get("q"))


def settle(bench: Workbench) -> None:
    """Move a run that has ended to the history and show what became of it, until somebody is erased.

    Of an answer from before that, however late it is fetched, the page tells that it is gone.
    """
    if bench.shown is not None and is_erased(bench.shown.generation):
        _forget_rows(bench)
        bench.shown = None
    if bench.run is None or bench.run.answer is None:
        return
    answer, generation = bench.run.answer, bench.run.generation
    if is_erased(generation):
        answer = Answer(None, False, answer.seconds, replaced())
    bench.shown = Past(datetime.now(UTC).replace(tzinfo=None), bench.run.statement, answer, generation)
    bench.run = None
    _forget_rows(bench)
    bench.history = [bench.shown, *bench.history][:KEPT]


def _forget_rows(bench: Workbench) -> None:
    """Drop the rows of the last answer from the history; all earlier ones have none."""
    for past in bench.history[:1]:
        bench.history[0] = replace(past, answer=replace(past.answer, rows=None))


def history(bench: Workbench) -> pl.DataFrame:
    """Return the session's statements, the latest first: run_at, seconds, rows, outcome, statement."""
    rows = [
        {
            "run_at": past.run_at,
            "seconds": round(past.answer.seconds, 2),
            "rows": past.answer.row_count,
            "outcome": past.answer.problem.title if past.answer.problem else "cut" if past.answer.is_cut else "done",
            "statement": " ".join(past.statement.replace("-- ", "").split()),
        }
        for past in bench.history
    ]
    schema = {
        "run_at": pl.Datetime, "seconds": pl.Float64, "rows": pl.Int64, "outcome": pl.String, "statement": pl.String,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema)
