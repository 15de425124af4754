"""One row per person and host: the first choice in which the person stood."""

KEY = ("application_id",)
