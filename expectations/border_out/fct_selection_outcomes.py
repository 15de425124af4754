"""One row per application to a decided project."""

KEY = ("application_id",)
