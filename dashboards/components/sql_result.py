"""What became of a statement: its rows with downloads, or what went wrong, where, and what to do next."""

from html import escape

import polars as pl
import streamlit as st

from dashboards.analysis.problems import Problem
from dashboards.audit import statement_hash
from dashboards.components import states
from dashboards.components.drill import downloads
from dashboards.components.workbench import Past, Workbench, history, write
from dashboards.formats import count_text

HISTORY = "sql-history"


def result(bench: Workbench) -> None:
    """Draw the answer of the last statement that ended; it stays while the editor changes."""
    past = bench.shown
    if past is None:
        states.empty("No statement has run yet", "Write one, or open a worked query, and press Run.")
        return
    with st.container(key="sql-result", gap="small"):
        if past.answer.problem is not None:
            _problem(past.answer.problem)
        elif past.answer.rows is not None:
            _rows(past, past.answer.rows)
        if past.statement != bench.statement:
            st.html('<p class="tl-note">The editor has changed since: this is the answer to the statement before.</p>')


def _rows(past: Past, rows: pl.DataFrame) -> None:
    words = f"{count_text(rows.height, 'row')} in {past.answer.seconds:.1f} s"
    if past.answer.is_cut:
        words = (
            f"The first {count_text(rows.height, 'row')} in {past.answer.seconds:.1f} s; there are more. "
            "Aggregate or filter to see all that matters."
        )
    st.html(f'<p class="tl-facts-line" role="status"><b>{escape(words)}</b></p>')
    if rows.is_empty():
        states.empty("The statement returned no row", "Its columns: " + ", ".join(rows.columns))
        return
    st.dataframe(rows, hide_index=True, key="sql-rows", alt="Result of the statement")
    downloads(lambda: rows, "query_result", statement_hash(past.statement), past.generation)


def _problem(problem: Problem) -> None:
    place = f"Line {problem.line}, column {problem.column}" if problem.column else ""
    st.html(
        f'<div class="tl-problem" role="alert"><b>{escape(problem.title)}</b><span>{place}</span>'
        f'<pre tabindex="0">{escape(problem.detail)}</pre><p>{escape(problem.advice)}</p></div>'
    )


def past_statements(bench: Workbench) -> None:
    """Draw this session's statements; a row that is clicked goes back into the editor."""
    rows = history(bench)
    if rows.is_empty():
        return
    key = f"{HISTORY}-{bench.history[0].run_at:%H%M%S%f}"  # A new statement shifts the rows: none is chosen then.
    with st.container(key="chart-sql-history"):
        st.html('<h2 class="tl-chart-title">History</h2><p class="tl-chart-note">This session alone; a row that you '
                "choose goes back into the editor.</p>")  # fmt: skip
        st.dataframe(
            rows,
            hide_index=True,
            key=key,
            height="content" if rows.height < 6 else 240,
            column_config={
                "run_at": st.column_config.DatetimeColumn("When (UTC)", format="HH:mm:ss"),
                "seconds": st.column_config.NumberColumn("Seconds", format="%.2f"),
                "rows": st.column_config.NumberColumn("Rows", format="localized"),
                "outcome": "Outcome",
                "statement": "Statement",
            },
            on_select=lambda: _reopen(bench, key),
            selection_mode="single-row",
            alt="Statements of this session",
        )


def _reopen(bench: Workbench, key: str) -> None:
    picked = st.session_state[key]["selection"]["rows"]
    if picked:
        write(bench.history[picked[0]].statement)
