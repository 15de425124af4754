"""Money: what the programme added, what it returns, and how much of that is assumed. Pure numpy and polars, seeded."""
