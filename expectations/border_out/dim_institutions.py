"""One row per institution."""

KEY = ("institution_unitid",)
