"""How much the generated tests try: a little in CI, and the same each time; much with THROUGHLINE_FAULTS=many."""

import os

from hypothesis import HealthCheck, settings

IS_LARGE = os.environ.get("THROUGHLINE_FAULTS") == "many"


def tries(few: int, many: int) -> settings:
    """Return settings that try ``few`` examples, or with THROUGHLINE_FAULTS=many ``many`` that nobody tried before."""
    return settings(
        max_examples=many if IS_LARGE else few,
        derandomize=not IS_LARGE,
        deadline=None,
        suppress_health_check=[*HealthCheck],
    )
