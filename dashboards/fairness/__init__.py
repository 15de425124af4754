"""The fairness lens of METRICS.md: groups compared stage by stage, as comparisons for review, never legal findings."""
