"""One row per measure and group."""

KEY = ("concentration_key",)
