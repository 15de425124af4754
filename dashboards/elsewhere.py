"""What an employer may be told of starts elsewhere: of all its completers together, and by nothing else.

Under a filter nothing an employer sees depends on such a start: of two filters that differ by one person, what differs
between them would tell where that person went.
"""

LEAST_UNITS, LEAST_EVENTS = 10, 3


def may_tell(units: int, events: int) -> bool:
    """Tell whether a number of units may be parted in two: enough of them, and enough on either side."""
    return units >= LEAST_UNITS and events >= LEAST_EVENTS and units - events >= LEAST_EVENTS


def watched(start: str, left: str, event: str) -> str:
    """Return in SQL for how many days a pair is watched for a hire by the host, whether or not it starts elsewhere.

    Who starts elsewhere is hired by the host no more, and stays among those watched until the watch ends: the share
    hired by the host is estimated as well so (Fine and Gray 1999, censoring-complete data). The names are those of the
    columns of a clock's day 0, exit and event.
    """
    return f"case when {event} = 2 then greatest(date_diff('day', {start}, follow_up_ends_at), {left}) else {left} end"
