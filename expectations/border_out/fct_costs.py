"""One row per cost line of an employer."""

KEY = ("cost_id",)
