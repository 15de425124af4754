"""One row per person who applied."""

KEY = ("person_key",)
