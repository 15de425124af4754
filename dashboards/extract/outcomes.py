"""What became of a completer as an employer may hold it: a start elsewhere is known by its month.

The columns of ``fct_person_host_outcomes`` that follow from the day of such a start are worked out again from the first
of its month, by the rules of ``int_person_hosts_followed``, ``_readied`` and ``_windowed``; so none of them is finer.
"""

ELSEWHERE = "date_trunc('month', elsewhere_hired_date)"
"""All that an extract knows of the day of a start elsewhere; whatever follows from that day is worked out from this."""

STARTED = f"case when elsewhere_hired_date is not null then greatest({ELSEWHERE}, completed_date + 1) end"
"""The day of that month that stands for it: a start that counts lies after the completion."""


IN_TIME = "is_pre_existing = 0 and is_employed_elsewhere = 0"
"""Whom hire-through is about."""

CODE = "case happened when 'host' then 1 when 'elsewhere' then 2 else 0 end"
FIRST = {
    "happened": f"""
        case
            when host_hired_date <= follow_up_ends_at
                and coalesce(date_trunc('month', host_hired_date) <= {ELSEWHERE}, true) then 'host'
            when {STARTED} <= follow_up_ends_at then 'elsewhere'
            else 'none'
        end
    """,
    "days": f"""
        date_diff('day', completed_date, case happened
            when 'host' then host_hired_date
            when 'elsewhere' then {STARTED}
            else follow_up_ends_at
        end)
    """,
    "ready_days": """
        case when happened = 'none' then days - date_diff('day', completed_date, readiness_date)
            else greatest(days - date_diff('day', completed_date, readiness_date), 1) end
    """,
}
"""What ended the wait, and after how many days, where a start elsewhere is known by its month: of two starts in one
month the host's comes first, as of two on one day."""


def flag(condition: str) -> str:
    """Return a condition as 1 or 0."""
    return f"case when {condition} then 1 else 0 end"


def hired(days: int) -> dict[str, str]:
    """Return whether the host hired within a window, from both clocks."""
    return {
        f"is_hired_{days}_days": flag(
            f"is_mature_{days}_days = 1 and {IN_TIME} and happened = 'host' and days <= {days}"
        ),
        f"is_hired_from_readiness_{days}_days": flag(
            f"is_ready_mature_{days}_days = 1 and happened = 'host' and ready_days <= {days}"
        ),
    }


WORKED_OUT = {
    "elsewhere_hired_date": ELSEWHERE,
    "event": "happened",
    "event_code": CODE,
    "exit_days": "days",
    "is_at_risk": flag(f"{IN_TIME} and days > entry_days"),
    "readiness_event_code": f"case when readiness_date is not null then {CODE} end",
    "readiness_exit_days": "ready_days",
    "is_at_risk_from_readiness": flag(
        f"{IN_TIME} and readiness_date < follow_up_ends_at and days > entry_days and ready_days > readiness_entry_days"
    ),
    **hired(180),
    **hired(365),
    **hired(730),
    "is_known_365_days": flag("is_due_365_days = 1 and (is_mature_365_days = 1 or happened <> 'none' and days <= 365)"),
    "is_known_hire_365_days": flag("is_due_365_days = 1 and happened = 'host' and days <= 365"),
}
"""Column -> what it holds in an extract, over the mart's columns and FIRST."""
