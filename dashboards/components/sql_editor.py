"""The editor of the page SQL: the statement, Run and Cancel, and how long it has run."""

import streamlit as st

from dashboards.analysis.limits import GIGABYTE, Limits
from dashboards.analysis.running import workers
from dashboards.components.viewer import guarded
from dashboards.components.workbench import EDITOR, Workbench, settle, start, write
from dashboards.database import Generation
from dashboards.slices.catalogue import worked_queries, worked_query

LIMITS = Limits()
TICK = 0.5


def editor(generation: Generation, bench: Workbench) -> None:
    """Draw the editor and its buttons; while a statement runs, its time and Cancel."""
    workers.warm()
    settle(bench)
    with st.container(key="sql-editor", gap="small"):
        bench.statement = (
            st.text_area("Statement", key=EDITOR, height=280, label_visibility="collapsed", placeholder="select ...")
            or ""
        )
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="sql-toolbar"):
            is_running = bench.run is not None
            if st.button("Run", type="primary", key="run-statement", shortcut="Ctrl+Enter", disabled=is_running):
                start(generation, bench)
                st.rerun()
            _worked(generation)
        st.html(f'<p class="tl-facts-line">{_limits_in_words()}</p>')
        if is_running:
            st.fragment(guarded(_progress), run_every=TICK)(bench)


def _worked(generation: Generation) -> None:
    """Offer the worked queries."""
    known = worked_queries(generation)
    if known.is_empty():
        return
    questions = dict(known.select("name", "question").rows())
    st.selectbox(
        "Worked query",
        list(questions),
        index=None,
        key="pick-worked",
        format_func=lambda name: questions.get(name, name),
        placeholder="Open a worked query",
        label_visibility="collapsed",
        on_change=lambda: _open(generation),
        width=420,
    )


def _open(generation: Generation) -> None:
    name = st.session_state["pick-worked"]
    if statement := worked_query(generation, name):
        write(statement)
        st.query_params["worked"] = name


def _limits_in_words() -> str:
    return (
        f"One statement, read only. At most {LIMITS.rows:,} rows come back, within {LIMITS.seconds:g} seconds and "
        f"{LIMITS.memory / GIGABYTE:g} GB of memory."
    )


def _progress(bench: Workbench) -> None:
    """Say how long the statement has run, let it be cancelled, and draw the page anew once it has ended."""
    run = bench.run
    if run is None or run.answer is not None:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="sql-progress"):
        doing = "Waiting for other statements" if run.is_waiting else "Running"
        st.html(f'<p class="tl-facts-line" role="status">{doing}, {run.seconds:.1f} s</p>', width="content")
        if st.button("Cancel", key="cancel-statement"):
            run.cancel()
