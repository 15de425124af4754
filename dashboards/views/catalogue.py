"""Catalogue: which tables are there, what do they hold, what are they made from?"""

import streamlit as st

from dashboards.charts import lineage as charts
from dashboards.components import page, states
from dashboards.components.chart_frame import chart_frame, table_frame
from dashboards.components.table import choose_row
from dashboards.components.worked import worked_query_list
from dashboards.findings import Finding
from dashboards.findings import lineage as findings
from dashboards.slices import catalogue
from dashboards.slices import lineage as walks

scope, mode = page.scope(), page.mode()
page.lead("Every published table and column, what it is made from, and twenty worked queries to begin with.")

words = st.text_input("Search", key="search", bind="query-params", placeholder="A table, a column, a word of its text")
tables = catalogue.tables_holding(scope.generation, words or "", "marts")
if tables.is_empty():
    states.empty("No table holds these words", "Fewer or other words may find one.")
else:
    shown = tables.select("table", "rows", "columns", "description")
    chosen = choose_row(shown, "table", "table", "Table", {})
    if chosen is not None:
        columns = catalogue.columns_of(scope.generation, catalogue.full_name(chosen))
        about = catalogue.about(tables, chosen)
        page.section(chosen, about)
        table_frame("columns", Finding(f"Columns of {chosen}", about), "In the order of the table", columns, height=420)
        known, node = catalogue.lineage(scope.generation), ("mart", chosen)
        made_from = walks.made_from(known, node)
        if made_from.is_empty():
            states.empty("No lineage", "This table is written when a generation is published.")
        else:
            steps = st.segmented_control(
                "Steps back", walks.STEPS, default=walks.STEPS[1], required=True, key="steps", bind="query-params"
            )
            near = walks.around(known, node, steps or walks.STEPS[1])
            chart_frame(
                "lineage",
                findings.lineage(chosen, made_from, walks.beginnings(made_from)),
                "From left to right; the table in the middle is the one chosen, to its right what is made from it",
                charts.lineage(near.nodes, near.edges, mode),
                made_from,
            )

page.section("Table macros", "curves and concentration over any relation with the right columns")
macros = catalogue.macros(scope.generation)
table_frame(
    "macros",
    Finding("Three functions return tables", "They run on a table, or on a step of WITH, that is named in quotes."),
    "Written after FROM with the name of a table or of a step of WITH in quotes; the worked queries show how",
    macros,
)

page.section("Worked queries", "each runs as it stands")
worked_query_list(catalogue.holding(catalogue.worked_queries(scope.generation), words or ""))
