"""One row per published figure that money is compared with."""

KEY = ("benchmark_id",)
