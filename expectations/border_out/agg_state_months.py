"""One row per state and month since its first application or slot."""

KEY = ("state_month_key",)
