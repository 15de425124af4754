"""Access and equity: who takes part in the marketplace, and who gets how far."""

import streamlit as st

from dashboards.charts import fairness as charts
from dashboards.charts import fairness_grids as grids
from dashboards.components import fairness as lens
from dashboards.components import page, states
from dashboards.components.chart_frame import chart_frame
from dashboards.components.tile import tiles
from dashboards.findings import fairness as findings
from dashboards.readings import read
from dashboards.slices.fairness import dimensions, overview
from dashboards.slices.fairness_tiles import WHO, comparison_readings, participation_readings, participations

REACH = ("new_school_share_of_selections", "new_school_share_of_hires")

NOT_HERE = """- Two things are left out. How far employers differ: an employer's small groups could be worked out from
  all others and the whole. For the same reason the page "Fair access" of one employer is open to that employer alone.
  And which groups are never selected: the cube counts applications, not persons.
"""

scope, mode = page.scope(), page.mode()
page.lead("School types, Pell grants, first-generation students: who applies, gets chosen, completes, is hired.")

steps = participations(scope)
reach = read(scope, REACH)
tiles("access", scope, [*participation_readings(scope, steps), *(reach[name] for name in REACH)])

if offered := dimensions(scope):
    page.section("Who takes part", "all employers, all time")
    for column, (dimension, found) in zip(st.columns(2, gap="small"), steps.items(), strict=True):
        with column:
            chart_frame(
                dimension,
                findings.participation(found, WHO[dimension]),
                "Share among those of whom it is known; dotted: at the institutions that our students attend",
                charts.participation(found, mode),
                found,
            )
    compared = overview(scope)
    chart_frame(
        "overview",
        findings.overview(compared),
        "Groups for review, of those compared with the highest of their stage; all employers, all time",
        grids.overview(compared, lens.STAGE_WORDS, mode),
        compared,
    )
    page.section("Who gets how far")
    choice = lens.choose(scope, offered)
    tiles("groups", scope, comparison_readings(scope, choice.compared, choice.stage))
    lens.compare(choice, mode)
    page.section("Where groups part", "within projects, from stage to stage, and from who applied to who advanced")
    lens.explain(scope, choice, mode)
else:
    states.empty("No groups to compare yet", "They appear once applications are 30 days old.")
lens.limits(NOT_HERE)
