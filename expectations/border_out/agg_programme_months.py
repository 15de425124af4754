"""One row per employer and month of the programme."""

KEY = ("programme_month_key",)
