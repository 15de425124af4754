"""New schools: who is selected or hired from where the host hired nobody else in the 36 months before."""

from datetime import date, datetime

from tests.dbt_project.golden import Expected, at_employer
from tests.dbt_project.marketplace import Marketplace

ALABAMA_A_AND_M, BIRMINGHAM, HUNTSVILLE = "100654", "100663", "100706"

SELECTED = {
    # The feed begins on 1 January 2021; 1,095 days later is 1 January 2024, the first day that counts.
    "reach-early": (BIRMINGHAM, datetime(2023, 12, 31)),
    "reach-first": (ALABAMA_A_AND_M, datetime(2024, 1, 1)),
    # 1,095 days after the outsider's hire of 1 June 2021, and a day more.
    "reach-last": (ALABAMA_A_AND_M, datetime(2024, 5, 31)),
    "reach-after": (ALABAMA_A_AND_M, datetime(2024, 6, 1)),
    "reach-new": (BIRMINGHAM, datetime(2024, 2, 1)),
    "reach-own": (HUNTSVILLE, datetime(2024, 2, 2)),
    "reach-unknown": (None, datetime(2024, 2, 2)),
}
"""Student -> institution and selection."""


def outsider(market: Marketplace, name: str, school_name: str, start: date) -> None:
    """Add a hire who was never on the platform; the employer's system names the school."""
    market.candidate(name, "reach", school_name=school_name)
    market.employment(name, start, employer_id="reach", system="ats", candidate_id=name)


def schools_old_and_new(market: Marketplace) -> None:
    market.employer("reach", observed=(date(2021, 1, 1), None))
    market.project("reach", "reach", datetime(2023, 12, 1))
    for student, (institution, selected_at) in SELECTED.items():
        market.student(student, emails=(f"{student}@home.net",), institution_unitid=institution)
        market.application(student, "reach", student, datetime(2023, 12, 2), selected=selected_at)
    outsider(market, "reach-outsider", " alabama a & m UNIVERSITY", date(2021, 6, 1))
    again = {"employer_id": "reach", "system": "ats", "candidate_id": "reach-outsider"}
    market.employment("reach-outsider-again", date(2024, 4, 1), **again)
    outsider(market, "reach-same-day", "University of Alabama at Birmingham", date(2024, 7, 1))
    outsider(market, "reach-nowhere", "A school that no reference knows", date(2024, 7, 1))
    for student, start in {
        "reach-own": date(2023, 6, 1),
        "reach-new": date(2024, 7, 1),
        "reach-first": date(2024, 7, 2),
        "reach-after": date(2024, 7, 3),
    }.items():
        market.employment(student, start, employer_id="reach", email=f"{student}@home.net")
    market.employer("unreached")
    market.project("unreached", "unreached", datetime(2023, 12, 1))
    market.application("unreached", "unreached", "reach-new", datetime(2023, 12, 2), selected=datetime(2024, 2, 1))


CASES = (schools_old_and_new,)

AT_REACH = at_employer("reach")
UNREACHED = at_employer("unreached")

EXPECTED = [
    # first, last, after, new and own; early comes before 36 months are seen, unknown has no institution.
    Expected("selections_with_known_school", 5, AT_REACH),
    # after (the outsider was hired 1,096 days before, and a re-hire is no new hire), new, and own, whose own hire does
    # not make the school known.
    Expected("selections_from_new_schools", 3, AT_REACH),
    Expected("new_school_share_of_selections", 3 / 5, AT_REACH),
    # same-day, new, first and after; the outsider and own were hired before 36 months were seen.
    Expected("hires_with_known_school", 4, AT_REACH),
    # same-day and new started on one day, so neither came before the other; after follows first from the same school.
    Expected("hires_from_new_schools", 3, AT_REACH),
    Expected("new_school_share_of_hires", 3 / 4, AT_REACH),
    # Without a feed nobody knows whom the host hired.
    Expected("selections_with_known_school", None, UNREACHED),
    Expected("new_school_share_of_selections", None, UNREACHED),
    Expected("new_school_share_of_hires", None, UNREACHED),
]
