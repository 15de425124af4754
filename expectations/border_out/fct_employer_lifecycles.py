"""One row per employer that posted."""

KEY = ("employer_lifecycle_key",)
