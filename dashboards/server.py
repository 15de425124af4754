"""The server: ``throughline dashboard``, or ``streamlit run dashboards/server.py``. It refuses to start where unfit."""

import streamlit as st
from starlette.middleware import Middleware

from dashboards.guard import Guard
from dashboards.login import note_guard
from dashboards.startup import refuse_unfit

app = st.App("app.py", middleware=[Middleware(Guard)])
note_guard(Guard.__name__)
refuse_unfit()
