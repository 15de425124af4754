"""One row per attributable hire, engagement before it and credit model."""

KEY = ("hire_credit_key",)
