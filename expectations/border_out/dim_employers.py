"""One row per employer."""

KEY = ("employer_id",)
