"""One row per employer and complete term since the one it joined in, terms without spend included."""

KEY = ("employer_term_key",)
