"""One row per term."""

KEY = ("term_label",)
