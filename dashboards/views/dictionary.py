"""Dictionary: what does each metric mean, and where does it come from?"""

import streamlit as st

from dashboards.charts import lineage as charts
from dashboards.components import page, states
from dashboards.components.chart_frame import chart_frame, table_frame
from dashboards.components.metric_entry import METRIC, SEARCH, metric_entry, metric_links
from dashboards.components.table import choose_row
from dashboards.findings import Finding
from dashboards.findings import lineage as findings
from dashboards.mentions import pages_with
from dashboards.slices import catalogue, dictionary
from dashboards.slices import lineage as walks

scope, mode = page.scope(), page.mode()
page.lead("Every metric by its one definition, which tiles, charts, the shell and the reports share.")

with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="dictionary-bar"):
    words = st.text_input("Search", key=SEARCH, bind="query-params", placeholder="A word of the definition", width=260)
    facets = {
        column: st.selectbox(
            label,
            dictionary.choices(scope.generation, column),
            index=None,
            key=f"by_{column}",
            bind="query-params",
            placeholder="All",
            width=190,
        )
        for column, label in dictionary.FACETS.items()
    }

found = dictionary.entries(scope.generation, words or "", facets)
if found.is_empty():
    states.empty("No metric fits", "Clear a filter, or search for fewer words.")
else:
    chosen = choose_row(found.select(dictionary.LISTED), "name", METRIC, "Metric", {})
    if chosen is not None:
        row = dictionary.entry(scope.generation, chosen)
        left, right = st.columns([3, 2], gap="small")
        with left:
            metric_entry(row, dictionary.facts(row), dictionary.statement(scope, chosen))
            metric_links(dictionary.parts(scope.generation, chosen), pages_with(chosen), scope.role)
        with right:
            splits = dictionary.splits(scope.generation, chosen)
            table_frame(
                "splits",
                Finding(
                    f"{row['label']} can be split by these", "Dimensions of its table and of the tables beside it."
                ),
                "And by month, quarter or year of its clock",
                splits,
                height=420,
            )
        known, node = catalogue.lineage(scope.generation), ("metric", chosen)
        made_from = walks.made_from(known, node)
        if not made_from.is_empty():
            near = walks.around(known, node, walks.STEPS[-1])
            chart_frame(
                "lineage",
                findings.lineage(row["label"], made_from, walks.beginnings(made_from)),
                "From left to right: tables, the semantic model, the metrics it is made of, and those made of it",
                charts.lineage(near.nodes, near.edges, mode),
                made_from,
            )
