"""One row per month, state and major family."""

KEY = ("student_month_key",)
