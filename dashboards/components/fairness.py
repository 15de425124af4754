"""What the pages about groups share: the choice of groups, stage and period, and the charts that follow from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape

import polars as pl
import streamlit as st

from dashboards.charts import fairness as charts
from dashboards.charts import fairness_grids as grids
from dashboards.charts.style import Mode
from dashboards.components import states
from dashboards.components.chart_frame import chart_frame, table_frame
from dashboards.fairness.tables import ALL_TIME
from dashboards.findings import Finding
from dashboards.findings import fairness as findings
from dashboards.scope import Scope
from dashboards.slices import fairness, fairness_causes
from dashboards.slices.fairness import DIMENSIONS, STAGES

STAGE_WORDS = {name: stage.label for name, stage in STAGES.items()}

LIMITS = """
- It can say where the rates of two groups differ, by how much, and whether chance alone would often do as much.
- It cannot say why. Applicants differ in what they apply to, when, and with what behind them. "Within the same project"
  takes out the first of these, and no other.
- A comparison for review is a reason to look, never a legal finding. "Four fifths" is the rule of thumb of 29 CFR
  1607.4 D; "more than chance" is an adjusted two-sided p below 0.05; where one selection more or less would change the
  lead, it is too few to say.
- Cells of fewer than 10 are not shown, nor are those from which one could work them out. Where 3 or fewer advanced, or
  3 or fewer did not, a band such as "<5 %" stands for the rate; "withheld" stands where the rate would give a band or
  a hidden cell away. Where more persons are in the rows than can be reckoned with term by term, all time stands alone.
- There are no rows behind these figures, and no filters but those above. The cube holds neither category nor state, so
  where people applied is seen only as far as projects are compared with themselves.
"""


@dataclass(frozen=True)
class Choice:
    """What is compared: the groups of a dimension, as far as they may be shown, at a stage, in a period."""

    dimension: str
    groups: pl.DataFrame
    stage: str
    period: str

    @cached_property
    def compared(self) -> pl.DataFrame:
        """Return the comparison that is chosen."""
        return fairness.comparison(self.groups, self.period, self.stage)

    @property
    def note(self) -> str:
        """Say what is compared, of what, in which period."""
        stage = STAGES[self.stage]
        return f"Of {stage.units}, {stage.rate}; {self.period.lower() if self.period == ALL_TIME else self.period}"


def choose(scope: Scope, offered: Sequence[str]) -> Choice:
    """Draw the choice of groups, stage and period, and return what is chosen; it is kept in the URL."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="filter-bar-groups"):
        dimension = st.pills(
            "Groups",
            offered,
            format_func=DIMENSIONS.__getitem__,
            default=offered[0],
            required=True,
            key="groups",
            bind="query-params",
        )
        stage = st.segmented_control(
            "Stage",
            list(STAGE_WORDS),
            format_func=STAGE_WORDS.__getitem__,
            default="selected",
            required=True,
            key="stage",
            bind="query-params",
        )
        groups = fairness.shown(scope, dimension or offered[0])
        period = st.selectbox("Term", fairness.periods(groups), key="group_term", bind="query-params", width=150)
    return Choice(dimension or offered[0], groups, stage or "selected", period or ALL_TIME)


def compare(choice: Choice, mode: Mode) -> None:
    """Draw the groups at the chosen stage and at all stages, and the tests behind the comparison if there are any."""
    compared = choice.compared
    if compared.is_empty():
        states.too_few(f"{STAGES[choice.stage].units} of each of two groups")
        return
    shown = fairness.table(compared)
    ladder = fairness.ladder(choice.groups, choice.period)
    left, right = st.columns(2, gap="small")
    with left:
        chart_frame(
            "groups",
            findings.comparison(compared, choice.stage),
            f"{choice.note}. Lines: 95 %, units taken as independent. Shaded: below four fifths of the highest",
            charts.forest(compared, mode),
            shown,
        )
    with right:
        chart_frame(
            "ladder",
            findings.ladder(ladder),
            "Green: the highest shown at a stage; the other tint: for review; a dash: withheld; blank: too few",
            grids.ladder(ladder, STAGE_WORDS, mode),
            ladder.drop("units"),
        )
    tested = fairness.table(compared.drop_nulls("verdict"))
    if tested.is_empty():
        return
    table_frame(
        "tests",
        findings.tests(compared),
        "Each group against the highest. z is signed; below an expected count of 5, Fisher's exact test; p by Holm",
        tested,
    )


def explain(scope: Scope, choice: Choice, mode: Mode) -> None:
    """Draw where the groups part: by stage, within projects, from who applied to who advanced."""
    left, right = st.columns(2, gap="small")
    with left:
        _within_projects(scope, choice, mode)
    with right:
        _by_stage(choice, mode)
    found = fairness_causes.composition(choice.groups, choice.period, choice.stage)
    if found.height > 1:
        chart_frame(
            "composition",
            findings.composition(found, choice.stage),
            "Share of applications and of those who advanced, among the groups shown in full at both. The two wait for "
            "windows of their own",
            charts.composition(found, STAGE_WORDS[choice.stage], mode),
            found,
        )


def _within_projects(scope: Scope, choice: Choice, mode: Mode) -> None:
    found = fairness_causes.stratified(scope, choice.dimension)
    if found.is_empty():
        _said("within-projects", findings.NOT_WITHIN)
        return
    chart_frame(
        "within-projects",
        findings.stratified(found),
        "Odds of selection over those of the highest group, all time, with 95 % intervals (Mantel-Haenszel)",
        charts.stratified(found, mode),
        found,
    )


def _by_stage(choice: Choice, mode: Mode) -> None:
    stages, names = fairness_causes.chained(choice.groups, choice.period)
    if not stages:
        _said("stage-parts", findings.NO_SECOND_STAGE)
        return
    other, *rest = names
    group = st.selectbox(f"Compare with {other}", rest, key="compared_group", bind="query-params", width=280)
    parts = fairness_causes.stage_parts(choice.groups, choice.period, group or rest[0])
    chart_frame(
        "stage-parts",
        findings.stage_parts(parts, group or rest[0], other),
        "Rate over the other group's. Each stage waits for a window of its own, so the product is no one cohort's",
        charts.stage_parts(parts, mode),
        parts,
    )


def _said(name: str, finding: Finding) -> None:
    """Say in the place of a chart why there is none, while the rest of the page has its figures."""
    with st.container(key=f"chart-{name}"):
        title, summary = escape(finding.title), escape(finding.summary)
        st.html(f'<h3 class="tl-chart-title">{title}</h3><p class="tl-chart-note">{summary}</p>')


def limits(more: str = "") -> None:
    """Say what these pages can say and what not; ``more`` is of one page."""
    with st.container(key="chart-limits"):
        st.html('<h3 class="tl-chart-title">What this page can say, and what it cannot</h3>')
        st.markdown(LIMITS + more)
