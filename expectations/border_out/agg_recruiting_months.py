"""One row per employer and month with recruiting costs."""

KEY = ("recruiting_month_key",)
