"""One row per offer, in its latest version."""

KEY = ("offer_key",)
