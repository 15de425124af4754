"""What became of a completer as an employer may hold it: as if nobody knew of a start elsewhere.

The columns of ``fct_person_host_outcomes`` that follow from such a start are worked out again without it, by the rules
of ``int_person_hosts_followed``, ``_readied`` and ``_windowed``: whatever an employer counts, filters or opens, of two
worlds in which one person works elsewhere and does not, it sees the same. Starts elsewhere reach an extract by the
curve of all completers alone (``dashboards.extract.tables``), for which FOLLOWED knows their months.
"""

from dashboards.scope import WINDOWS

AS_OF = "(select cast(max(as_of) as date) from whole.meta.build_facts)"

IN_TIME = "is_pre_existing = 0"
"""Whom hire-through is about where nobody knows of a start elsewhere."""

HAPPENED = "case when host_hired_date <= follow_up_ends_at then 'host' else 'none' end"
DAYS = "date_diff('day', completed_date, case happened when 'host' then host_hired_date else follow_up_ends_at end)"
READY_DAYS = """
    case when happened = 'none' then days - date_diff('day', completed_date, readiness_date)
        else greatest(days - date_diff('day', completed_date, readiness_date), 1) end
"""
FIRST = {"happened": HAPPENED, "days": DAYS, "ready_days": READY_DAYS}
"""What ended the wait for the host, and after how many days, from completion and from readiness."""

CODE = "case happened when 'host' then 1 when 'elsewhere' then 2 else 0 end"


def flag(condition: str) -> str:
    """Return a condition as 1 or 0."""
    return f"case when {condition} then 1 else 0 end"


def at_risk(in_time: str) -> dict[str, str]:
    """Return whether a pair is in the curve of either clock, over FIRST."""
    return {
        "is_at_risk": flag(f"{in_time} and days > entry_days"),
        "is_at_risk_from_readiness": flag(
            f"{in_time} and readiness_date < follow_up_ends_at and days > entry_days "
            "and ready_days > readiness_entry_days"
        ),
    }


def windowed(days: int) -> dict[str, str]:
    """Return whether a window was watched from readiness, and whether the host hired within it, from both clocks."""
    ready = f"{IN_TIME} and readiness_entry_days = 0 and readiness_date + {days} <= follow_up_ends_at"
    return {
        f"is_ready_mature_{days}_days": flag(ready),
        f"is_hired_{days}_days": flag(
            f"is_mature_{days}_days = 1 and {IN_TIME} and happened = 'host' and days <= {days}"
        ),
        f"is_hired_from_readiness_{days}_days": flag(f"{ready} and happened = 'host' and ready_days <= {days}"),
    }


MATURED = f"is_mature_365_days = 1 and {IN_TIME}"
DUE = f"{IN_TIME} and completed_date + 365 <= {AS_OF}"
WORKED_OUT = {
    "is_eligible": flag(IN_TIME),
    "event": "happened",
    "event_code": CODE,
    "exit_days": "days",
    "readiness_event_code": f"case when readiness_date is not null then {CODE} end",
    "readiness_exit_days": "ready_days",
    **at_risk(IN_TIME),
    **{column: words for days in WINDOWS for column, words in windowed(days).items()},
    "is_mature_completer": flag(MATURED),
    # An acceptance that counts is that of an offer sent before it, so the offers tell of it.
    "is_offered_365_days": flag(
        f"{MATURED} and least(cast(first_full_time_offer_at as date), host_hired_date) <= completed_date + 365"
    ),
    "is_internship_offered_365_days": flag(
        f"{MATURED} and cast(first_internship_offer_at as date) <= completed_date + 365"
    ),
    "is_interned_365_days": flag(f"{MATURED} and first_internship_start_date <= completed_date + 365"),
    "is_due_365_days": flag(DUE),
    "is_known_365_days": flag(f"{DUE} and (is_mature_365_days = 1 or happened = 'host' and days <= 365)"),
    "is_known_hire_365_days": flag(f"{DUE} and happened = 'host' and days <= 365"),
}
"""Column -> what it holds in an extract, over the mart's columns and FIRST."""

HIRED_OF_APPLICANTS = flag(f"""
    is_selected_mature_545_days = 1 and exists (
        select 1 from whole.marts.fct_person_host_outcomes as pairs
        where pairs.person_key = held.person_key and pairs.host_id = held.host_id and pairs.{IN_TIME}
            and pairs.host_hired_date <= pairs.follow_up_ends_at
            and pairs.host_hired_date <= pairs.completed_date + 365
            and pairs.host_hired_date <= held.first_applied_date + 545
    )
""")
"""The same of an applicant who completed."""

ELSEWHERE = "date_trunc('month', elsewhere_hired_date)"
"""All that the curve may know of the day of a start elsewhere."""

STARTED = f"case when elsewhere_hired_date is not null then greatest({ELSEWHERE}, completed_date + 1) end"
"""The day of that month that stands for it: a start that counts lies after the completion."""

OF_ALL = {
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
    "ready_days": READY_DAYS,
}
"""FIRST, where a start elsewhere is known by its month: of two starts in one month the host's comes first."""


def _followed() -> str:
    first = ", ".join(f"{words} as {name}" for name, words in OF_ALL.items())
    replaced = {
        "event_code": CODE,
        "exit_days": "days",
        "readiness_event_code": f"case when readiness_date is not null then {CODE} end",
        "readiness_exit_days": "ready_days",
        **at_risk(f"{IN_TIME} and is_employed_elsewhere = 0"),
    }
    columns = ", ".join(f"{words} as {name}" for name, words in replaced.items())
    return f"""
        select entry_days, readiness_entry_days, {columns}
        from (select *, {first} from whole.marts.fct_person_host_outcomes where host_id = $host) as pairs
    """


FOLLOWED = _followed()
"""The statement of a host's pairs as the curve of starts elsewhere follows them."""
