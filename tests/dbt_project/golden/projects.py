"""Projects: slots, depth, viable candidates, closings, test drives, and supply and demand by month."""

from datetime import date, datetime, timedelta

from tests.dbt_project.golden import Expected, at_employer, by
from tests.dbt_project.marketplace import AS_OF, Marketplace

POSTED = datetime(2025, 3, 1)
DONE = datetime(2024, 3, 1)
SECOND = timedelta(seconds=1)


def days(number: float) -> timedelta:
    return timedelta(days=number)


def apply(market: Marketplace, project_id: str, number: int, applied_at: datetime, **events: datetime) -> None:
    """Add one more application of a student of the project's own."""
    name = f"{project_id}-{number}"
    market.student(name, emails=(f"{name}@home.net",))
    market.application(name, project_id, name, applied_at, **events)


def accept(market: Marketplace, project_id: str, number: int, accepted_at: datetime, **steps: datetime) -> None:
    """Add an application, its selection and an engagement that a student accepted at a moment."""
    apply(market, project_id, number, accepted_at - days(1), selected=accepted_at)
    name = f"{project_id}-{number}"
    market.add("engagements", {"engagement_id": name, "application_id": name, "accepted_at": accepted_at, **steps})


def slots_and_fills(market: Marketplace) -> None:
    """Four takers for three slots at the windows' edges, one a second late, one mature just now, one a second later."""
    market.employer("slots")
    market.project("slots-three", "slots", POSTED, slots=3)
    for number, after in enumerate((days(14), days(30), days(60), days(60))):
        accept(market, "slots-three", number, POSTED + after)
    market.project("slots-late", "slots", POSTED)
    accept(market, "slots-late", 0, POSTED + days(60) + SECOND)
    market.project("slots-mature", "slots", AS_OF - days(14), slots=2)
    accept(market, "slots-mature", 0, AS_OF - days(13))
    market.project("slots-young", "slots", AS_OF - days(14) + SECOND)
    accept(market, "slots-young", 0, AS_OF - days(13) + SECOND)


def depth_and_decisions(market: Marketplace) -> None:
    """Ten, five, six and no applications; five of the ten with the first week's last moment."""
    market.employer("depth")
    market.project("depth-deep", "depth", POSTED)
    week, then = POSTED + days(7), POSTED + days(8)
    apply(market, "depth-deep", 0, week, selected=then)
    apply(market, "depth-deep", 1, week, shortlisted=then, rejected=then + SECOND)
    apply(market, "depth-deep", 2, week, interviewed=then)
    apply(market, "depth-deep", 3, week, rejected=then)
    for number in range(4, 10):
        apply(market, "depth-deep", number, week if number == 4 else week + SECOND)
    market.project("depth-shallow", "depth", POSTED)
    for number in range(5):
        apply(market, "depth-shallow", number, week if number < 4 else week + SECOND, reviewed=then)
    market.event("depth-shallow-0", "shortlisted", then)
    young = AS_OF - days(7) + SECOND
    market.project("depth-young", "depth", young)
    apply(market, "depth-young", 0, young, rejected=young + SECOND, reopened=young + days(1))
    for number in range(1, 6):
        apply(market, "depth-young", number, young)
    market.project("depth-quiet", "depth", POSTED)


def closings(market: Marketplace) -> None:
    """Closed at as_of and empty, closed unread, closed refused, closed filled; closing later; open."""
    market.employer("closings")
    then = POSTED + days(30)
    market.project("closings-empty", "closings", POSTED, closed_at=AS_OF)
    for name in ("unread", "refused", "filled"):
        market.project(f"closings-{name}", "closings", POSTED, closed_at=then)
    apply(market, "closings-unread", 0, POSTED, shortlisted=POSTED + days(1), expired=then)
    apply(market, "closings-refused", 0, POSTED, selected=POSTED + days(1), withdrawn=then)
    accept(market, "closings-filled", 0, POSTED + days(2))
    market.project("closings-later", "closings", POSTED, closed_at=AS_OF + SECOND)
    market.project("closings-open", "closings", POSTED)


def completed(market: Marketplace, project_id: str, student_id: str, approved_at: datetime) -> None:
    """Add work on a project that was approved at a moment."""
    number = len(market.rows["applications"])
    name, ago = f"{project_id}-{student_id}-{number}", approved_at - days(30)
    market.application(name, project_id, student_id, ago - days(5), selected=ago)
    steps = {"accepted_at": ago, "started_at": ago, "due_at": approved_at, "submitted_at": approved_at}
    market.add("engagements", {"engagement_id": name, "application_id": name, **steps, "approved_at": approved_at})


def test_drives(market: Marketplace) -> None:
    """Two drives that are over, one with an immature completer, one with a pre-existing one, one unused, one slot."""
    market.employer("drive", observed=(date(2020, 1, 1), None))
    hired = {"ann": 365, "bob": None, "cat": 366, "dan": 10, "eve": None, "fay": -100, "gil": 20, "hal": 30}
    for name, after in hired.items():
        market.student(f"drive-{name}", emails=(f"{name}@drive.net",))
        if after is not None:
            start = (DONE + days(after)).date()
            market.employment(f"drive-{name}", start, employer_id="drive", email=f"{name}@drive.net")
    slots = {"over": 2, "missed": 3, "running": 2, "known": 2, "unused": 2, "single": 1}
    for name, number in slots.items():
        market.project(f"drive-{name}", "drive", DONE - days(50), slots=number)
    pairs = (("over", "ann"), ("over", "ann"), ("over", "bob"), ("missed", "cat"), ("running", "dan"), ("known", "fay"),
             ("known", "gil"), ("single", "hal"))  # fmt: skip
    for project, student in pairs:
        completed(market, f"drive-{project}", f"drive-{student}", DONE)
    completed(market, "drive-running", "drive-eve", AS_OF - days(364))


def supply_and_demand(market: Marketplace) -> None:
    """A category of its own, month by month; see the arithmetic in EXPECTED."""
    market.employer("balance")
    for name in ("ann", "bob", "cat", "dan", "eve"):
        market.student(f"balance-{name}")
    posted = {"v": (1, 5), "x": (10, 10), "z": (11, 2), "w": (12, 1), "y": (12, 5)}
    closed = {"v": datetime(2025, 3, 10), "x": datetime(2025, 12, 15), "z": datetime(2025, 11, 20)}
    for name, (month, day) in posted.items():
        more = {"category": "balance", "slots": 2 if name == "x" else 1, "closed_at": closed.get(name)}
        market.project(f"balance-{name}", "balance", datetime(2025, month, day), **more)
    moments = (("v", "eve", datetime(2025, 1, 30)), ("x", "ann", datetime(2025, 10, 10)),
               ("x", "ann", datetime(2025, 10, 20)), ("x", "bob", datetime(2025, 10, 31, 23, 59, 59)),
               ("x", "ann", datetime(2025, 11, 1)), ("z", "ann", datetime(2025, 11, 3)),
               ("w", "bob", datetime(2025, 12, 1, 23, 59, 59)), ("y", "cat", datetime(2025, 12, 2)),
               ("w", "dan", datetime(2025, 12, 3)))  # fmt: skip
    for number, (project, student, applied_at) in enumerate(moments):
        market.application(f"balance-{number}", f"balance-{project}", f"balance-{student}", applied_at)
    for number, accepted_at in {1: (11, 5), 6: (12, 10), 8: (12, 11)}.items():
        row = {"engagement_id": f"balance-{number}", "application_id": f"balance-{number}"}
        market.add("engagements", {**row, "accepted_at": datetime(2025, *accepted_at)})


CASES = (slots_and_fills, depth_and_decisions, closings, test_drives, supply_and_demand)

SLOTS, DEPTH, CLOSINGS, DRIVE = (at_employer(name) for name in ("slots", "depth", "closings", "drive"))
BALANCE = by("category_month__category", "balance")


def in_month(month: str) -> str:
    return f"{{{{ TimeDimension('metric_time', 'month') }}}} = '{month}'"


EXPECTED = [
    # slots-three 3 slots, slots-late 1, slots-mature 2 (14 days end with as_of), slots-young 1 (a second too young).
    Expected("projects_posted", 4, SLOTS),
    Expected("slots_posted", 7, SLOTS),
    Expected("projects_mature_14_days", 3, SLOTS),
    Expected("projects_mature_30_days", 2, SLOTS),
    Expected("projects_mature_60_days", 2, SLOTS),
    Expected("projects_filled_14_days", 2, SLOTS),
    Expected("projects_filled_30_days", 1, SLOTS),
    Expected("projects_filled_60_days", 1, SLOTS),
    Expected("fill_rate_14_days", 2 / 3, SLOTS),
    Expected("fill_rate_30_days", 1 / 2, SLOTS),
    Expected("fill_rate_60_days", 1 / 2, SLOTS),
    # 14 days: 3 + 1 + 2 slots, 1 + 0 + 1 taken. 30: 3 + 1, 2 taken. 60: 3 + 1, the fourth taker finds no slot.
    Expected("slots_mature_14_days", 6, SLOTS),
    Expected("slots_filled_14_days", 2, SLOTS),
    Expected("slot_fill_rate_14_days", 2 / 6, SLOTS),
    Expected("slots_mature_30_days", 4, SLOTS),
    Expected("slots_filled_30_days", 2, SLOTS),
    Expected("slot_fill_rate_30_days", 2 / 4, SLOTS),
    Expected("slots_mature_60_days", 4, SLOTS),
    Expected("slots_filled_60_days", 3, SLOTS),
    Expected("slot_fill_rate_60_days", 3 / 4, SLOTS),
    # Filled after 1, 1, 14 and 60 days: the median lies between 1 and 14.
    Expected("days_to_fill_median", 7.5, SLOTS),
    # 10 (deep) + 6 (young) + 5 (shallow) + 0 (quiet) applications on 4 projects; nine of ten of four are all four.
    Expected("project_applications", 21, DEPTH),
    Expected("applications_per_project", 21 / 4, DEPTH),
    Expected("applications_per_project_median", 5.5, DEPTH),
    Expected("applications_per_project_p90", 10, DEPTH),
    # Mature: deep, shallow, quiet. The fifth of deep comes with the week's last moment, that of shallow a second later.
    Expected("projects_mature_7_days", 3, DEPTH),
    Expected("projects_deep_7_days", 1, DEPTH),
    Expected("market_depth_rate", 1 / 3, DEPTH),
    # Decided: deep, and young (its rejection was undone). Viable: selected, shortlisted, interviewed of deep, none of
    # young; the shortlisted one of shallow waits for a decision.
    Expected("projects_decided", 2, DEPTH),
    Expected("viable_candidates", 3, DEPTH),
    Expected("viable_candidates_per_project", 3 / 2, DEPTH),
    # Nobody closed anything there, and nothing has two slots.
    Expected("projects_closed", 0, DEPTH),
    Expected("unfilled_without_applications_rate", None, DEPTH),
    Expected("unfilled_without_selection_rate", None, DEPTH),
    Expected("hires_per_multi_slot_project", None, DEPTH),
    Expected("viable_candidates_per_project", None, at_employer("nobody")),
    # Four closed: empty, unread, refused (selected, never accepted), filled; one closes a second after as_of.
    Expected("projects_closed", 4, CLOSINGS),
    Expected("projects_closed_without_applications", 1, CLOSINGS),
    Expected("projects_closed_without_selection", 1, CLOSINGS),
    Expected("unfilled_without_applications_rate", 1 / 4, CLOSINGS),
    Expected("unfilled_without_selection_rate", 1 / 4, CLOSINGS),
    # The clock is the closing: all were posted on 1 March, the empty one closed on 1 January, the others on 31 March.
    Expected("projects_closed", 1, f"{CLOSINGS} and {in_month('2026-01-01')}"),
    Expected("unfilled_without_selection_rate", 1 / 3, f"{CLOSINGS} and {in_month('2025-03-01')}"),
    Expected("projects_closed", 1, f"{CLOSINGS} and {by('project__closed_term_label', 'Spring 2026')}"),
    Expected(
        "unfilled_without_selection_rate", 1 / 3, f"{CLOSINGS} and {by('project__closed_term_label', 'Spring 2025')}"
    ),
    # Over: "over" (ann counts once, hired on day 365; bob not) and "missed" (cat, hired on day 366). Out: "running"
    # (eve's year lacks a day, dan's hire goes with it), "known" (fay worked there before), no completer, one slot.
    Expected("multi_slot_projects_mature", 2, DRIVE),
    Expected("multi_slot_hires", 1, DRIVE),
    Expected("hires_per_multi_slot_project", 1 / 2, DRIVE),
    # Applicants. January: eve on 30 January, and February again, whose 30 days begin on that day. October: ann, bob.
    # November, from the 1st: ann, once. December, from the 2nd: cat, dan, not bob (a second too early). January 2026,
    # cut at as_of, its first moment: cat, dan again. 1 + 1 + 2 + 1 + 2 + 2 = 9.
    Expected("applicant_months", 9, BALANCE),
    # Open slots. v: January, February (closed in March). x: 2 in October, 1 in November, closed in December. z: never
    # at a month's end. w: taken, twice. y: December, January. 1 + 1 + 2 + 1 + 1 + 1 = 7.
    Expected("open_slot_months", 7, BALANCE),
    Expected("applicants_per_open_slot", 9 / 7, BALANCE),
    Expected("applicant_months", 1, f"{BALANCE} and {in_month('2025-11-01')}"),
    Expected("open_slot_months", 1, f"{BALANCE} and {in_month('2025-11-01')}"),
    Expected("applicants_per_open_slot", 2 / 2, f"{BALANCE} and {in_month('2025-10-01')}"),
    Expected("applicants_per_open_slot", None, f"{BALANCE} and {in_month('2025-03-01')}"),
]
