"""The server: ``throughline dashboard``, or ``streamlit run dashboards/server.py``. It refuses to start where unfit."""

import sys
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from dashboards.access.guard import Guard
from dashboards.access.login import note_guard
from dashboards.access.startup import options_of, refuse_unfit
from dashboards.keeping import keep_sweeping

app = st.App(Path(__file__).with_name("app.py"), middleware=[Middleware(Guard)])
note_guard(Guard.__name__)
options = options_of(sys.argv[1:]) if __name__ == "__main__" else {}
refuse_unfit()
keep_sweeping()
if __name__ == "__main__":
    app.run(config=options)
