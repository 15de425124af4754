"""The pages: one list, from which the navigation, the filter bar and the tests read."""

from dataclasses import dataclass
from typing import Literal

from dashboards.scope import Clock, Role

Audience = Literal["employer", "platform", "analyst"]
"""Whose rows a page shows: one employer's, everybody's, or what the file itself says."""

SECTIONS: dict[Audience, str] = {"platform": "Marketplace", "employer": "One employer", "analyst": "Analysis"}
"""Audience -> the heading of its pages, where a role opens pages of several."""

EMPLOYER: tuple[Role, ...] = ("employer", "leadership", "admin")
OWN_GROUPS: tuple[Role, ...] = ("employer", "admin")
"""Not leadership: from the groups of all and those of single employers, a withheld group could be worked out."""
LEADERSHIP: tuple[Role, ...] = ("leadership", "admin")
ANALYST: tuple[Role, ...] = ("analyst", "admin")
EVERYBODY: tuple[Role, ...] = ("employer", "leadership", "analyst", "admin")

SLICES = ("period", "term_label", "category", "major_family")
STUDENTS = ("period", "term_label", "major_family")
MARKET = ("period", "term_label", "category", "industry", "state", "host_id")


@dataclass(frozen=True)
class PageEntry:
    """One page: its file and URL share one word.

    ``filters`` names the parts of the filter bar that the page obeys, besides its ``clocks`` (the first is the
    default) and the lens, which shows a cohort or the activity of a time. Leadership sees an employer's pages as that
    employer does.
    """

    name: str
    title: str
    icon: str
    roles: tuple[Role, ...]
    audience: Audience
    filters: tuple[str, ...] = ()
    clocks: tuple[Clock, ...] = ()
    has_lens: bool = False

    @property
    def file(self) -> str:
        """Return the page's file, below the folder of ``app.py``."""
        return f"views/{self.name}.py"


PAGES = (
    PageEntry("pipeline", "Pipeline", ":material/filter_alt:", EMPLOYER, "employer", SLICES, has_lens=True),
    PageEntry(
        "hire_through",
        "Hire-through",
        ":material/trending_up:",
        EMPLOYER,
        "employer",
        (*SLICES, "window"),
        ("completed", "graduated"),
        has_lens=True,
    ),
    PageEntry("roi", "ROI", ":material/savings:", EMPLOYER, "employer", ("period",)),
    PageEntry("projects", "Projects", ":material/work:", EMPLOYER, "employer", ("period", "term_label", "category")),
    PageEntry("talent_pool", "Talent pool", ":material/group_add:", EMPLOYER, "employer", SLICES),
    PageEntry("fair_access", "Fair access", ":material/balance:", OWN_GROUPS, "employer"),
    PageEntry("benchmarks", "Benchmarks", ":material/leaderboard:", EMPLOYER, "employer"),
    PageEntry("planner", "Planner", ":material/event_upcoming:", EMPLOYER, "employer", ("period", "category")),
    PageEntry(
        "marketplace_health",
        "Marketplace health",
        ":material/storefront:",
        LEADERSHIP,
        "platform",
        MARKET,
        has_lens=True,
    ),
    PageEntry(
        "cohorts", "Cohorts", ":material/calendar_view_month:", LEADERSHIP, "platform", ("industry", "state", "host_id")
    ),
    PageEntry(
        "platform_hire_through",
        "Hire-through, all employers",
        ":material/trending_up:",
        LEADERSHIP,
        "platform",
        (*MARKET, "window"),
        ("completed", "graduated"),
    ),
    PageEntry("students", "Students", ":material/school:", LEADERSHIP, "platform", STUDENTS, has_lens=True),
    PageEntry(
        "employers",
        "Employers",
        ":material/apartment:",
        LEADERSHIP,
        "platform",
        ("period", "category", "industry", "state", "host_id"),
    ),
    PageEntry("access_and_equity", "Access and equity", ":material/diversity_3:", LEADERSHIP, "platform"),
    PageEntry("data_health", "Data health", ":material/fact_check:", LEADERSHIP, "platform"),
    PageEntry("sql", "SQL", ":material/terminal:", ANALYST, "analyst"),
    PageEntry("catalogue", "Catalogue", ":material/table:", ANALYST, "analyst"),
    PageEntry("dictionary", "Dictionary", ":material/menu_book:", EVERYBODY, "analyst"),
)


def pages_for(audience: Audience, role: Role) -> tuple[PageEntry, ...]:
    """Return the pages of one audience that a role may open."""
    return tuple(page for page in PAGES if page.audience == audience and role in page.roles)


def pages_of(role: Role) -> tuple[PageEntry, ...]:
    """Return the pages that a role may open, its own first; the first of all is the one that it lands on."""
    own: dict[Role, Audience] = {
        "employer": "employer",
        "leadership": "platform",
        "analyst": "analyst",
        "admin": "platform",
    }
    opened = [page for page in PAGES if role in page.roles]
    return tuple(sorted(opened, key=lambda page: page.audience != own[role]))
