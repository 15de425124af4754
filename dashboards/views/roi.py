"""ROI: is it worth it?"""

import streamlit as st

from dashboards.audition import LEAST_HIRES
from dashboards.charts import hires as hires_charts
from dashboards.charts import roi as charts
from dashboards.components import page, states
from dashboards.components.assumptions import assumption_controls
from dashboards.components.chart_frame import chart_frame
from dashboards.components.money import benchmark_picker, paragraph, work_value_switch
from dashboards.components.tile import tiles
from dashboards.findings import hires as hires_findings
from dashboards.findings import roi as findings
from dashboards.readings import read
from dashboards.slices import hires, money_tiles, roi

scope, mode = page.scope(), page.mode()
page.lead("Is it worth it? What the programme cost, what it added, and how sure that is. Months of acceptance, mature.")

answer, money, inputs, evidence = st.container(), st.container(), st.container(), st.container()

with answer, st.container(horizontal=True, vertical_alignment="bottom", key="money-controls"):
    benchmark = benchmark_picker(roi.benchmarks(scope))
    with_work_value = work_value_switch()
with inputs:
    page.section("Assumptions", "every number that was not measured here; the page follows each change")
    assumed = assumption_controls(roi.measured(scope))

found = roi.of_worth(scope, assumed, with_work_value=with_work_value)

with answer:
    paragraph(findings.summary(found))
    costs = money_tiles.costs(read(scope, tuple(money_tiles.COSTS)))
    tiles("roi", scope, [*money_tiles.readings(scope, found, benchmark), *costs])

with money:
    if found.distribution is None:
        states.empty(*findings.no_return(found))
    else:
        left, right = st.columns([1, 1], gap="small")
        with left:
            bins = roi.histogram(found.distribution)
            chart_frame(
                "distribution",
                findings.distribution(found.distribution),
                "ROI over 10,000 draws: the effect resampled by project, each assumption drawn from its range",
                charts.distribution(bins, found.distribution, mode),
                bins,
            )
            if found.effect is not None:
                rates = roi.rates(found.effect)
                chart_frame(
                    "lift",
                    findings.incremental(found),
                    "Hired within a year of the choice, within projects, with the 95 % interval of the difference",
                    charts.lift(rates, mode),
                    rates,
                    behind=roi.rows_compared(scope),
                )
        with right:
            swings = roi.swings(found.swings, assumed)
            if swings.is_empty():
                states.empty("No input moves ROI", "Nothing was added, so nothing that is assumed makes a difference.")
            else:
                chart_frame(
                    "tornado",
                    findings.tornado(swings),
                    "ROI with one input at either end of its range, all others at their centre",
                    charts.tornado(swings, mode),
                    swings,
                )

with evidence:
    page.section("Attribution", "the same hires, counted under each rule")
    counts = hires.known(hires.attribution(scope))
    left, right = st.columns([1, 1], gap="small")
    with left:
        if counts.is_empty():
            states.empty("No hire to count yet", "New full-time hires who had completed a project here appear then.")
        else:
            chart_frame(
                "attribution",
                hires_findings.attribution(counts),
                "New full-time hires who had completed a micro-internship with us before, by first day of work",
                hires_charts.attribution(counts, mode),
                counts,
                behind=hires.rows_hired(scope),
            )
    with right:
        shares = hires.credit(scope)
        if shares.is_empty():
            states.empty("No hire to credit yet", "Hires within 12 months of a micro-internship appear here.")
        else:
            chart_frame(
                "credit",
                hires_findings.credit(shares),
                "Hires credited to each kind of work, completed in the 12 months before the start",
                hires_charts.credit(shares, mode),
                shares,
            )
    page.section("Fit", "who stays, by how they came")
    left, right = st.columns([1, 3], gap="small")
    with left:
        tiles("fit", scope, [money_tiles.misfits_reading(scope, found, hires.hires_query(scope))])
    with right:
        groups = hires.known(hires.attrition(scope))
        if groups.is_empty():
            states.empty("No first year is over yet", "Who stays is known a year after the first day of work.")
        else:
            chart_frame(
                "attrition",
                hires_findings.attrition(groups),
                "New hires whose first year is over: who left within it, 95 % intervals",
                hires_charts.attrition(groups, mode),
                groups,
            )
    page.section("Audition", "what the rating of the project told beforehand")
    outcome = st.segmented_control(
        "Does the project rating foretell",
        list(hires.OUTCOMES),
        format_func=hires.OUTCOMES.__getitem__,
        default="performance_rating",
        required=True,
        key="foretold",
        bind="query-params",
    )
    word = hires.OUTCOMES[outcome]
    audition = hires.of_audition(scope, outcome)
    signals, steps = hires.known(hires.signals(audition)), hires.known(hires.calibration(audition))
    left, right = st.columns([1, 1], gap="small")
    with left:
        if signals.is_empty():
            states.too_few("hires with a rated project and a known outcome", LEAST_HIRES)
        else:
            chart_frame(
                "audition",
                hires_findings.audition(signals, word),
                hires_findings.restriction(audition),
                hires_charts.audition(signals, mode),
                signals,
            )
    with right:
        if steps.is_empty():
            states.empty("No rated hire with a known outcome", "Hires whose project was rated appear here.")
        else:
            chart_frame(
                "calibration",
                hires_findings.calibration(steps, word),
                "Mean outcome of hires, in up to five steps of the rating that their projects had before",
                hires_charts.calibration(steps, word, mode),
                steps,
            )
