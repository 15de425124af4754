"""The clocks by which completers are followed: which columns of a pair tell of its wait, from which day on."""

from collections.abc import Mapping
from dataclasses import dataclass

from dashboards.scope import WINDOWS, Clock, Scope


@dataclass(frozen=True)
class Course:
    """The columns that follow a pair from one clock's day 0, and the metric of each window over matured pairs."""

    name: str
    date: str
    entry: str
    exit: str
    event: str
    is_at_risk: str
    matured: Mapping[int, str]


COURSES: dict[Clock, Course] = {
    "completed": Course(
        "completion",
        "completed_date",
        "entry_days",
        "exit_days",
        "event_code",
        "is_at_risk",
        {
            180: "hire_through_matured_180_days",
            365: "hire_through_matured",
            730: "hire_through_matured_730_days",
        },
    ),
    "graduated": Course(
        "readiness",
        "readiness_date",
        "readiness_entry_days",
        "readiness_exit_days",
        "readiness_event_code",
        "is_at_risk_from_readiness",
        {days: f"hire_through_from_readiness_{days}_days" for days in WINDOWS},
    ),
}


def course(scope: Scope) -> Course:
    """Return the columns of the clock that the page is read by."""
    return COURSES[scope.filters.clock]
