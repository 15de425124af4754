"""One row per day."""

KEY = ("date_day",)
