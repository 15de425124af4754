"""When a host is watched: all of its employers with feeds, by any of an employer's systems, since the last gap."""

from datetime import date, datetime, timedelta

from tests.dbt_project.golden import Expected, by
from tests.dbt_project.golden.pairs import DONE, OBSERVED, after, completer
from tests.dbt_project.marketplace import Marketplace


def watches_with_holes(market: Marketplace) -> None:
    """A group of which one part's feed begins late and another's ends; two systems with a gap between, and without."""
    market.employer("part", observed=OBSERVED)
    market.employer("part-late", observed=(date(2021, 1, 1), None), parent_employer_id="part")
    market.employer("part-ended", observed=(date(2020, 1, 1), after(364)), parent_employer_id="part-late")
    market.employer("part-silent", parent_employer_id="part")
    completer(market, "part-seen", "part")
    completer(market, "part-hired", "part-silent")
    market.employment("part-hired", after(180), employer_id="part-ended", email="part-hired@home.net")
    completer(market, "part-early", "part", datetime(2020, 12, 31))
    market.employer("never", observed=(date(2020, 1, 1), date(2021, 1, 1)))
    market.employer("never-met", observed=(date(2021, 1, 2), None), parent_employer_id="never")
    completer(market, "never", "never")
    for host, resumed in {"gap": 366, "relay": 101}.items():
        market.employer(host, observed=(date(2020, 1, 1), after(100)))
        market.add("outcome_feeds", {"employer_id": host, "system": "hris", "observable_from": after(resumed)})
        completer(market, f"{host}-silent", host)
        completer(market, f"{host}-hired", host)
        market.employment(f"{host}-hired", after(90), employer_id=host, email=f"{host}-hired@home.net")
    completer(market, "gap-resumed", "gap", DONE + timedelta(days=366))


CASES = (watches_with_holes,)

AT_PART = by("person_host__host_id", "part")
AT_NEVER = by("person_host__host_id", "never")
AT_GAP = by("person_host__host_id", "gap")
AT_RELAY = by("person_host__host_id", "relay")

EXPECTED = [
    # The group is seen from 1 January 2021, when the late feed began, to day 364, when the ended one did; part-silent
    # has no feed. seen and hired are seen for 180 days and not for 365; early completed a day before.
    Expected("completers_observed", 3, AT_PART),
    Expected("completers_mature_180_days", 2, AT_PART),
    Expected("completers_mature_365_days", 0, AT_PART),
    Expected("hire_through_matured_180_days", 1 / 2, AT_PART),
    Expected("hire_through_matured", None, AT_PART),
    # Of seen, hired and early, who has been seen since the day after completing.
    Expected("completers_at_risk", 3, AT_PART),
    # One part's feed ended the day before the other's began: the group was never seen whole.
    Expected("completers_observed", 0, AT_NEVER),
    # The watch begins with the second system, on day 366: only resumed completed under it. hired began before it.
    Expected("completers_mature_180_days", 1, AT_GAP),
    Expected("hires_within_180_days", 0, AT_GAP),
    Expected("completers_at_risk", 2, AT_GAP),
    # Nobody saw whole years of silent and hired; of hired something is known.
    Expected("outcome_coverage", 2 / 3, AT_GAP),
    # The second system began on the day after the first ended.
    Expected("completers_mature_365_days", 2, AT_RELAY),
    Expected("hire_through_matured", 1 / 2, AT_RELAY),
]
