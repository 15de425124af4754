"""What a cell may show by itself, until the mart says so in columns of its own."""

from dashboards.fairness.tables import BAND_REACH, Status

EDGES = (0.05, 0.1, 0.2, 0.3)
LEAST = (61, 31, 16, 11)


def decide(units: int, advanced: int) -> tuple[Status, float | None, float | None]:
    """Return the status of a cell by itself, and the ends of its band."""
    if units < 10:
        return "hidden", None, None
    if BAND_REACH < advanced < units - BAND_REACH:
        return "shown", None, None
    edge = next((edge for edge, least in zip(EDGES, LEAST, strict=True) if units >= least), None)
    if edge is None:
        return "counted", None, None
    return ("band", 0.0, edge) if advanced <= BAND_REACH else ("band", 1 - edge, 1.0)
