"""SQL: ask the published file anything, within limits."""

import streamlit as st

from dashboards.components import page
from dashboards.components.schema_browser import schema_browser
from dashboards.components.sql_editor import editor
from dashboards.components.sql_result import past_statements, result
from dashboards.components.workbench import read_address, workbench

scope, bench = page.scope(), workbench()
page.lead("Ask the published file anything. Its tables stand beside the editor, and worked queries are to begin with.")

read_address(scope.generation, bench)
left, right = st.columns([7, 3], gap="small")
with left:
    editor(scope.generation, bench)
    result(bench)
    past_statements(bench)
with right:
    schema_browser(scope.generation)
