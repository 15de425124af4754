"""One row per full-time start of a person at a host."""

KEY = ("hire_id",)
