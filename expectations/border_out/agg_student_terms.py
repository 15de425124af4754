"""One row per joining term, school type and complete term since."""

KEY = ("student_term_key",)
