"""The ROI page's own parts: the paragraph, the choice of a benchmark, the switch of the work's value."""

from collections.abc import Mapping
from html import escape
from typing import Any

import polars as pl
import streamlit as st

from dashboards.findings import Finding
from dashboards.formats import money_text

DEFAULT_BENCHMARK = "cost-per-hire-mean"


def paragraph(finding: Finding) -> None:
    """Write a finding as a paragraph under its title."""
    st.html(
        f'<div class="tl-verdict" role="status"><h2>{escape(finding.title)}</h2><p>{escape(finding.summary)}</p></div>'
    )


def benchmark_picker(offered: pl.DataFrame) -> Mapping[str, Any] | None:
    """Let the reader pick the published cost of a hire that the saving is counted against; None where none is known."""
    rows = {row["benchmark_id"]: row for row in offered.iter_rows(named=True)}
    names = list(rows)
    picked = st.selectbox(
        "Benchmark for the saving",
        names,
        index=names.index(DEFAULT_BENCHMARK) if DEFAULT_BENCHMARK in names else 0,
        format_func=lambda each: _words(rows[each]),
        key="benchmark",
        bind="query-params",
        width=520,
        help="A figure of its own. ROI takes the cost of a hire from the assumptions below.",
    )
    if picked is None:
        return None
    st.html(f'<p class="tl-assumption">{escape(rows[picked]["source"])}; {escape(rows[picked]["basis"])}.</p>')
    return rows[picked]


def _words(row: Mapping[str, Any]) -> str:
    return f"{money_text(row['usd'])}, {row['year']}: {row['label']}"


def work_value_switch() -> bool:
    """Let the reader count the value of the work as a return; off by default."""
    return st.toggle(
        "Count the value of the work",
        key="work_value",
        bind="query-params",
        help="Hours worked at the value of an hour. Off: the work is left out, as METRICS has it by default.",
    )
