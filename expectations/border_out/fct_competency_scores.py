"""One row per approved engagement and scored competency."""

KEY = ("competency_score_key",)
