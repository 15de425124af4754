"""Data health: can the numbers be trusted today?"""

import streamlit as st

from dashboards.charts import health as charts
from dashboards.charts.style import Mode
from dashboards.components import page, states
from dashboards.components.chart_frame import chart_frame, table_frame
from dashboards.components.table import choose_row
from dashboards.components.tile import tiles
from dashboards.database import Generation
from dashboards.findings import drift as drift_findings
from dashboards.findings import health as findings
from dashboards.readings import read
from dashboards.slices import drift as slices
from dashboards.slices import operations
from dashboards.slices.tiles import health_readings


def deliveries(generation: Generation, mode: Mode) -> None:
    """Show what came in and what was set aside, with the rows of a rule."""
    page.section("Deliveries", "what came in, and what was set aside because it broke a rule")
    loads, quarantine = operations.loads(generation), operations.quarantine(generation)
    held = findings.quarantine(quarantine, loads)
    left, right = st.columns(2, gap="small")
    with left:
        came = findings.loads(loads, quarantine)
        chart_frame("loads", came, "Rows by day of delivery", charts.loads(loads, mode), loads)
    with right:
        if quarantine.is_empty():
            states.empty(held.title, held.summary)
        else:
            chart_frame(
                "quarantine",
                held,
                "Quarantined rows by the rule that they broke",
                charts.quarantine(quarantine, mode),
                quarantine,
                operations.behind_quarantine(generation, quarantine),
            )
    freshness = operations.freshness(generation)
    table_frame(
        "freshness",
        findings.freshness(freshness),
        "Per source and entity, rows as in the ledger",
        freshness,
        height=260,
    )
    ledger = operations.ledger(generation)
    finding = findings.ledger(ledger)
    page.section("Ledger", f"{finding.title}; choose a file to see what was set aside of it")
    delivery = choose_row(ledger, "delivery", "delivery", "Delivery", {}, height=300)
    if delivery is not None:
        rows = operations.quarantined_of(generation, delivery)
        if rows.is_empty():
            none_held = findings.none_held(operations.set_aside_of(generation, delivery))
            states.empty(none_held.title, none_held.summary)
        else:
            table_frame("delivered", findings.broken(rows, delivery), "Line by line", rows, height=260)
    erased = operations.erasures(generation)
    if not erased.is_empty():
        table_frame("erasures", findings.erasures(erased), "Persons who were erased, by month", erased, height=200)
    withdrawn = operations.withdrawn_count(generation)
    if withdrawn:
        finding = findings.withdrawals(withdrawn)
        st.caption(f"{finding.title}. {finding.summary}")


def checks(generation: Generation, mode: Mode) -> None:
    """Show what the checks say, over time, and how to look at the rows of a failing one."""
    page.section("Checks", "on the raw tables before the build, on the new file before it is published")
    by_batch = operations.checks(generation)
    if by_batch.is_empty():
        states.empty("No checks have run", "Run `throughline validate`.")
        return
    history = operations.check_history(generation)
    left, right = st.columns([2, 3], gap="small")
    with left:
        chart_frame(
            "checks",
            findings.checks(by_batch),
            "Checks per batch",
            charts.checks(by_batch, mode),
            by_batch,
            operations.behind_checks(generation),
        )
    with right:
        if history.is_empty():
            states.empty("No check has ever failed", "All checks of all batches passed.")
        else:
            chart_frame(
                "check-history",
                findings.check_history(history),
                "Checks that ever failed, by batch, with the rows that they found",
                charts.check_history(history, mode),
                history,
            )
    failing = operations.failing(generation)
    if failing.is_empty():
        return
    finding = findings.failing(failing)
    page.section("Failing now", f"{finding.title}; choose one to see how to look at its rows")
    name = choose_row(failing, "check_name", "check", "Check", {}, height=260)
    if name is not None:
        check = failing.row(by_predicate=operations.is_check(name), named=True)
        st.caption(operations.where_to_look(check))
        st.code(operations.how_to_look(check), language="sql", wrap_lines=True)


def feeds(generation: Generation, mode: Mode) -> None:
    """Show how many employers' hires can be seen, and which feeds went silent."""
    page.section("Outcome feeds", "whose hires can be seen")
    by_month, found = operations.coverage(generation), operations.feeds(generation)
    left, right = st.columns(2, gap="small")
    with left:
        if by_month.is_empty():
            states.empty("Nobody is watched yet", "No employer has both completers and an outcome feed.")
        else:
            chart_frame(
                "coverage",
                findings.coverage(by_month),
                "Employers with a completed project, by month; watched: a feed shows the whole month",
                charts.coverage(by_month, mode),
                by_month,
            )
    with right:
        table_frame("feeds", findings.feeds(found), "Outcome feeds, the longest silent first", found, height=290)


def drifted(generation: Generation) -> None:
    """Show what differs from what came and was shown before, and what was accepted with which reason."""
    found, earlier = slices.found(generation), slices.accepted_before(generation)
    if found.is_empty():
        states.empty("Nothing drifted", "Columns, volumes, feeds, marts and metrics are as before.")
    else:
        table_frame("drifted", drift_findings.found(found), drift_findings.note(found), slices.shown(found))
    if not earlier.is_empty():
        note = "Published in spite of drift, the latest first"
        table_frame("accepted", drift_findings.accepted_before(earlier), note, slices.shown(earlier))


def drift(generation: Generation, mode: Mode) -> None:
    """Show how this generation differs from the one before, and how it came about."""
    page.section("Drift", "this generation against those before it")
    drifted(generation)
    told, changes = operations.generations(generation), operations.drift(generation)
    moved = operations.moved(changes)
    if told.is_empty():
        st.caption("This file was published before the history of generations was kept: the next one will tell it.")
        return
    left, right = st.columns(2, gap="small")
    with left:
        chart_frame(
            "generations",
            findings.generations(told),
            "Rows of all marts by the moment of publishing",
            charts.generations(told, mode),
            told,
        )
    with right:
        if changes.is_empty():
            st.caption("This is the first generation that the file tells of: there is nothing to compare it with.")
        elif moved.is_empty():
            table_frame("drift", findings.drift(changes), "Rows of each mart, before and now", changes, height=260)
        else:
            chart_frame(
                "drift",
                findings.drift(changes),
                "Marts whose number of rows changed most against the generation before",
                charts.drift(moved, mode),
                changes,
            )


scope, mode = page.scope(), page.mode()
page.lead(
    "What came in, what was refused or set aside, what the checks say, which feeds went silent, and what drifted."
)

COVERAGE = "outcome_coverage"
tiles("health", scope, [*health_readings(scope), read(scope, (COVERAGE,))[COVERAGE]])
if operations.loads(scope.generation).is_empty():
    states.empty("Nothing has been delivered", "Run `throughline ingest` on a folder of files.")
else:
    deliveries(scope.generation, mode)
    checks(scope.generation, mode)
    feeds(scope.generation, mode)
drift(scope.generation, mode)
