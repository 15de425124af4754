"""Findings of the Projects page."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from dashboards.findings import Finding
from dashboards.formats import count_text, day_text, money_text, word_text

UNKNOWN_COSTS = (
    "Time is reported per employer and month, not per project: the project bears, of each month in which it accepted "
    "somebody, its share of all engagements accepted then. Recruiting costs and other months' hours are not attributed"
)


def facts(found: Mapping[str, Any]) -> str:
    """Say what the project is, in one line."""
    parts = [
        word_text(found["category"]),
        found["department"],
        found["term_label"],
        count_text(found["slots"], "slot"),
        f"{found['hours_estimated']:,.0f} hours" if found["hours_estimated"] else None,
        f"{money_text(found['fee_usd'])} per engagement" if found["fee_usd"] else None,
        f"funded by the {found['funded_by']}" if found["funded_by"] else None,
        f"a segment of {found['root_project_id']}" if found["root_project_id"] != found["project_id"] else None,
        found["project_id"],
    ]
    return " · ".join(part for part in parts if part)


def course(found: Mapping[str, Any], work: pl.DataFrame) -> Finding:
    """Say how far the project has come."""
    accepted, approved = work.height, work["approved_at"].drop_nulls()
    posted = f"Posted on {day_text(found['posted_at'])}"
    if not found["application_count"]:
        title = f"{posted}; nobody has applied" + (" yet" if found["closed_at"] is None else "")
    elif not accepted:
        title = f"{posted}; nobody has accepted" + (" yet" if found["closed_at"] is None else "")
    elif approved.len() == accepted:
        title = f"All work approved, the last on {day_text(approved.max())}"  # type: ignore[arg-type]
    else:
        title = f"{approved.len()} of {count_text(accepted, 'engagement')} approved"
    closed = f"closed on {day_text(found['closed_at'])}" if found["closed_at"] else "still open"
    first = f"first application on {day_text(found['first_application_at'])}, " if found["first_application_at"] else ""
    steps = "; ".join(_steps(row) for row in work.iter_rows(named=True))
    return Finding(title, f"{posted}, {first}{closed}. {steps or 'No engagement'}.")


def _steps(row: Mapping[str, Any]) -> str:
    words = {"accepted_at": "accepted", "started_at": "started", "due_at": "due", "submitted_at": "submitted"}
    words |= {"approved_at": "approved", "cancelled_at": "cancelled"}
    said = [f"{word} {day_text(row[step])}" for step, word in words.items() if row[step]]
    return f"{row['person_key'][:6]}: {', '.join(said)}"


def applicants(stages: pl.DataFrame) -> Finding:
    """Say how many applied, were selected and are undecided."""
    reached = dict(stages.select("stage", "reached").iter_rows())
    waiting = int(stages["still_open"].sum())
    undecided = f"; {count_text(waiting, 'is', 'are')} undecided" if waiting else ""
    parts = [f"{stage} {count:,}" for stage, count in reached.items()]
    return Finding(
        f"{reached['Selected']:,} of {count_text(reached['Applied'], 'applicant')} selected{undecided}",
        f"Applicants by the furthest stage that they reached. {', '.join(parts)}.",
    )


def people(applicants: pl.DataFrame) -> Finding:
    """Say how long decisions took."""
    days = applicants["days_to_decision"].drop_nulls()
    middle = days.median()
    title = "Nobody has been decided on yet"
    if isinstance(middle, float):
        title = f"Decisions took {middle:,.0f} days at the median"
    return Finding(title, f"{count_text(applicants.height, 'applicant')}, {days.len():,} of them decided.")


def feedback(work: pl.DataFrame) -> Finding:
    """Say how both sides rated the work, and whom we would hire."""
    done = work.filter(pl.col("approved_at").is_not_null())
    ours, theirs = done["employer_rating"].drop_nulls(), done["student_rating"].drop_nulls()
    answers = done["would_hire"].drop_nulls()
    if not ours.len() and not theirs.len():
        return Finding("Nobody has rated this work", f"{count_text(done.height, 'engagement')} approved, none rated.")
    sides = [f"{float(each.mean()):.1f} by {who}" for each, who in ((ours, "us"), (theirs, "students")) if each.len()]  # type: ignore[arg-type]
    would = f"; we would hire {answers.sum()} of {answers.len()}" if answers.len() else ""
    return Finding(
        f"Rated {' and '.join(sides)}{would}",
        f"Of {count_text(done.height, 'approved engagement')}, {ours.len()} rated by us, {theirs.len()} by students.",
    )


def costs(spent: pl.DataFrame, completed: int) -> Finding:
    """Say what the project has cost us, and what each completion did."""
    if spent.is_empty():
        return Finding(
            "It has cost nothing that is known", "No engagement was accepted, so there is no fee and no time."
        )
    own = float(spent.filter(pl.col("is_own"))["amount_usd"].sum())
    each = f", {money_text(own / completed)} per completion" if completed else ""
    parts = [f"{row['item']} {money_text(row['amount_usd'])}" for row in spent.iter_rows(named=True)]
    return Finding(f"It has cost us {money_text(own)} so far{each}", f"{'; '.join(parts)}. {UNKNOWN_COSTS}.")


def completers(people: pl.DataFrame) -> Finding:
    """Say what came of those who completed the project."""
    if people.is_empty():
        return Finding("Nobody has completed it", "Offers and hires appear here once somebody has.")
    counted = dict(people.group_by("came_of_it").len().sort("came_of_it").iter_rows())
    parts = [f"{word.lower()} {count:,}" for word, count in counted.items()]
    return Finding(
        f"{counted.get('Hired', 0):,} of {count_text(people.height, 'completer')} hired by us so far",
        f"What came of them since they first completed a project with us: {', '.join(parts)}.",
    )


def table(listed: pl.DataFrame, total: int) -> str:
    """Say how many projects the table lists, and of how many."""
    if listed.height < total:
        return f"{listed.height:,} of {count_text(total, 'project')} in this slice, the newest first; search for others"
    return f"{count_text(total, 'project')} in this slice, the newest first"
