"""One row per selection or first full-time start of a person of a known institution."""

KEY = ("entrance_key",)
