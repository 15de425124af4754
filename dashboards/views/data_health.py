"""Data health: can the numbers be trusted today?"""

import streamlit as st

from dashboards.charts import health as charts
from dashboards.components import page, states
from dashboards.components.chart_frame import chart_frame, table_frame
from dashboards.components.tile import tiles
from dashboards.findings import health as findings
from dashboards.slices import operations
from dashboards.slices.tiles import health_readings

scope, mode = page.scope(), page.mode()
page.lead("What came in, what was refused or set aside, what the checks say, and which outcome feeds went silent.")

tiles("health", scope, health_readings(scope))

loads, checks = operations.loads(scope.generation), operations.checks(scope.generation)
if loads.is_empty():
    states.empty("Nothing has been delivered", "Run `throughline ingest` on a folder of files.")
else:
    left, right = st.columns(2, gap="small")
    with left:
        chart_frame("loads", findings.loads(loads), "Rows by day of delivery", charts.loads(loads, mode), loads)
    with right:
        if checks.is_empty():
            states.empty("No checks have run", "Run `throughline validate`.")
        else:
            chart_frame("checks", findings.checks(checks), "Checks per batch", charts.checks(checks, mode), checks)

    quarantine = operations.quarantine(scope.generation)
    left, right = st.columns(2, gap="small")
    with left:
        if quarantine.is_empty():
            states.empty("The quarantine is empty", "No row broke a rule.")
        else:
            chart_frame(
                "quarantine",
                findings.quarantine(quarantine),
                "Quarantined rows by the rule that they broke",
                charts.quarantine(quarantine, mode),
                operations.quarantined_rows(scope.generation),
            )
    with right:
        feeds = operations.feeds(scope.generation)
        table_frame("feeds", findings.feeds(feeds), "Outcome feeds, the longest silent first", feeds, height=260)

    freshness = operations.freshness(scope.generation)
    table_frame("freshness", findings.freshness(freshness), "Per source and entity", freshness, height=300)
    failing = operations.failing(scope.generation)
    if not failing.is_empty():
        table_frame("failing", findings.failing(failing), "Checks that did not pass in the last batch", failing)
    ledger = operations.ledger(scope.generation)
    table_frame("ledger", findings.ledger(ledger), "One row per file and entity, the latest first", ledger, height=360)
