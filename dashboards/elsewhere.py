"""What an employer may be told of starts elsewhere: one share of all its completers together, and nothing else.

Nothing else that an employer sees depends on such a start, under a filter or none, since its extract holds none (see
``dashboards.extract.outcomes``). An employer knows its own completers and whom it hired, and when: of two figures that
differ by one person, of a year's hires and those that count, or of two days of a curve, what differs between them
would tell where that person went.
"""

LEAST_UNITS, LEAST_EVENTS = 10, 3

UNTOLD = (
    "For one employer, starts elsewhere are not known: who works elsewhere is eligible, watched and counted like "
    "everybody else."
)
"""What an employer's figures of completers differ in from those of the platform."""

UNTOLD_MODELS = ("person_hosts", "person_host_applications")


def may_tell(units: int, events: int) -> bool:
    """Tell whether a number of units may be parted in two: enough of them, and enough on either side."""
    return units >= LEAST_UNITS and events >= LEAST_EVENTS and units - events >= LEAST_EVENTS
