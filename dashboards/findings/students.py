"""Findings of the Students page."""

import polars as pl

from dashboards.findings import Finding
from dashboards.findings import months as of_months
from dashboards.formats import count_text, money_text, share_text, whole_share_text
from dashboards.slices.students import ALL_COMPETENCIES

WORDS = {"applications": "applications", "projects": "completed projects", "industries": "industries"}


def cohorts(by_term: pl.DataFrame) -> Finding:
    """Say what share of all students completed, and what share was never selected."""
    if by_term.is_empty():
        return Finding("Nobody has applied", "There are no students in this slice.")
    counts = dict(by_term.group_by("reach").agg(pl.col("students").sum()).iter_rows())
    total = sum(counts.values())
    completed, never = counts.get("Completed", 0), counts.get("Applied", 0)
    completers = by_term.filter(pl.col("reach") == "Completed")
    parts = ", ".join(f"{row['term']} {share_text(row['share'])}" for row in completers.iter_rows(named=True))
    return Finding(
        f"{whole_share_text(completed / total)} of students completed a project; "
        f"{whole_share_text(never / total)} were never selected",
        f"{count_text(total, 'student')} by the term of their first application and how far they came. "
        f"Completed, by term: {parts or 'nobody'}. Younger cohorts have had less time.",
    )


def distribution(buckets: pl.DataFrame, what: str) -> Finding:
    """Say what share of students has more than one."""
    word = WORDS[what]
    total = int(buckets["students"].sum())
    if not total:
        return Finding(f"No {word} yet", "There are no such students in this slice.")
    several = 1 - int(buckets["students"][0]) / total
    parts = ", ".join(f"{row['bucket']}: {row['students']:,}" for row in buckets.iter_rows(named=True))
    verb = {"applications": "apply more than once", "projects": "complete more than one project"}
    title = verb.get(what, "sample more than one industry")
    return Finding(
        f"{whole_share_text(several)} {title}", f"{count_text(total, 'student')} by number of {word}. {parts}."
    )


def selection(by_applications: pl.DataFrame) -> Finding:
    """Say how the share ever selected grows with applications."""
    if by_applications.is_empty():
        return Finding("Nobody has applied", "There are no students in this slice.")
    first, last = by_applications.row(0, named=True), by_applications.row(-1, named=True)
    parts = ", ".join(
        f"{row['applications']}: {share_text(row['share'])} of {row['students']:,}"
        for row in by_applications.iter_rows(named=True)
    )
    if by_applications.height == 1:
        title = f"{whole_share_text(first['share'])} of students were selected at least once"
    else:
        title = (
            f"{whole_share_text(first['share'])} of those who applied once were ever selected, "
            f"{whole_share_text(last['share'])} of those with {last['applications']} applications"
            if first["applications"] == "1"
            else f"Between {whole_share_text(first['share'])} and {whole_share_text(last['share'])} were selected"
        )
    return Finding(title, f"Share ever selected by number of applications, with 95 % intervals. {parts}.")


def pay(buckets: pl.DataFrame) -> Finding:
    """Say below what most completers earned in all."""
    total = int(buckets["students"].sum())
    if not total:
        return Finding("Nobody's pay is known", "There are no paid completers in this slice.")
    named = buckets.with_columns((pl.col("students").cum_sum() / total).alias("so_far"))
    half = named.filter(pl.col("so_far") >= 0.5).row(0, named=True)
    edge = half["to_usd"]
    title = (
        f"Half of completers earned {money_text(half['from_usd'])} or more in all"
        if edge is None
        else f"{whole_share_text(half['so_far'])} of completers earned less than {money_text(edge)} in all"
    )
    parts = ", ".join(
        f"from {money_text(row['from_usd'])} {row['students']:,}" for row in buckets.iter_rows(named=True)
    )
    return Finding(title, f"{count_text(total, 'completer')} of known pay by what they earned in all. {parts}.")


def hourly_pay(buckets: pl.DataFrame) -> Finding:
    """Say what share of paid work came out under the floor."""
    total, under = int(buckets["engagements"].sum()), int(buckets["under_floor"].sum())
    if not total:
        return Finding("No hourly pay is known", "There is no approved work of known pay and hours in this slice.")
    return Finding(
        f"{whole_share_text(under / total)} of engagements came out under the floor per hour",
        f"{count_text(total, 'approved engagement')} of known pay and hours, {under:,} under the floor of their day: "
        "15 dollars before 2024, 20 from then on.",
    )


def first_selection(curve: pl.DataFrame) -> Finding:
    """Say what share is selected within 30 and 90 days, and within a year."""
    if curve.is_empty():
        return Finding("Too few students to draw", "Fewer than ten students are in this slice.")
    shares = {day: _at(curve, day, "selected") for day in (30, 90, 365)}
    parts = ", ".join(f"{day} days {share_text(share)}" for day, share in shares.items())
    known = {day: share for day, share in shares.items() if share is not None}
    if not known:
        return Finding("Nobody has been watched for 30 days", f"Share selected after the first application. {parts}.")
    last = max(known)
    return Finding(
        f"{whole_share_text(known[last])} are selected within {last} days of their first application",
        f"Cumulative incidence of a first selection; students not selected yet count for as long as seen. {parts}.",
    )


def first_job(curve: pl.DataFrame) -> Finding:
    """Say what share has a first full-time job by the last window that can be read, and by when half have one."""
    if curve.is_empty():
        return Finding("Too few completers to draw", "Fewer than ten completers are watched in this slice.")
    shares = {word: _at(curve, day, "hired") for day, word in ((180, "6"), (365, "12"), (730, "24"))}
    parts = ", ".join(f"{word} months {share_text(share)}" for word, share in shares.items())
    known = {word: share for word, share in shares.items() if share is not None}
    if not known:
        return Finding("Completers have not been watched for six months", f"Share in full-time work. {parts}.")
    word = list(known)[-1]
    half = curve.filter(pl.col("hired") >= 0.5)
    when = "" if half.is_empty() else f"; half by month {half['day'][0] / 30.4:.0f}"
    return Finding(
        f"{whole_share_text(known[word])} have a full-time job within {word} months of completing{when}",
        f"Cumulative incidence of the first full-time start anywhere, where outcomes are known. {parts}.",
    )


def _at(curve: pl.DataFrame, day: int, column: str) -> float | None:
    """Read a curve at a day, or None when nobody is watched that long."""
    if curve["day"].max() < day:  # type: ignore[operator]
        return None
    before = curve.filter(pl.col("day") <= day)
    return 0.0 if before.is_empty() else float(before[column][-1])


def growth(changes: pl.DataFrame) -> Finding:
    """Say which competencies grow beyond chance, and which fall."""
    if changes.is_empty():
        return Finding("Too few students were scored twice", "No competency has ten students scored more than once.")
    single = changes.filter(pl.col("competency") != ALL_COMPETENCIES)
    up = single.filter(pl.col("low") > 0)["competency"].to_list()
    down = single.filter(pl.col("high") < 0)["competency"].to_list()
    parts = "; ".join(
        f"{row['competency']} {row['change']:+.2f} ({row['low']:+.2f} to {row['high']:+.2f}), n {row['students']:,}"
        for row in changes.iter_rows(named=True)
    )
    grown = f"{', '.join(up[:3])}{' and others' if len(up) > 3 else ''} grow" if up else ""
    fallen = f"{', '.join(down[:3])} fall" if down else ""
    title = "; ".join(filter(None, (grown, fallen))) or f"No competency moves beyond chance{_overall(changes)}"
    return Finding(title, f"Last score less first, within students scored more than once, of five points. {parts}.")


def _overall(changes: pl.DataFrame) -> str:
    whole = changes.filter(pl.col("competency") == ALL_COMPETENCIES)
    if whole.is_empty():
        return " from first to last score"
    row = whole.row(0, named=True)
    return f"; all together {row['change']:+.2f} points ({row['low']:+.2f} to {row['high']:+.2f})"


def landings(found: pl.DataFrame, outcomes: pl.DataFrame) -> Finding:
    """Say how career outcomes of completers compare with those who only applied."""
    known = outcomes.drop_nulls("share")
    parts = "; ".join(
        f"{row['group']} {share_text(row['share'])} ({share_text(row['low'])} to {share_text(row['high'])}) of those "
        f"known and seeking, {row['known']:,} of {row['graduates']:,} known"
        for row in known.iter_rows(named=True)
    )
    if found.is_empty():
        return Finding("No class is closed yet", "First destinations count once 31 December of the class year is over.")
    if known.is_empty():
        return Finding("Too few graduates to compare", "No group has ten graduates of known destination who seek one.")
    first = known.row(0, named=True)
    more = f", {whole_share_text(known['share'][1])} of those who only applied" if known.height > 1 else ""
    whom = "completers" if first["group"] == "Completed a project" else "applicants"
    return Finding(
        f"{whole_share_text(first['share'])} of {whom} known and seeking have a career outcome{more}",
        f"Career outcomes of closed classes: {parts}. The groups differ before any project: no claim of cause.",
    )


def active(by_month: pl.DataFrame) -> Finding:
    """Say how many students were active in the last month, and how many of them were new."""
    if by_month.is_empty():
        return Finding("No month is over", "There is no activity in this slice.")
    last = by_month.row(-1, named=True)
    peak = by_month.sort("student_count", descending=True).row(0, named=True)
    share = last["new_student_count"] / last["student_count"] if last["student_count"] else None
    return Finding(
        f"{count_text(last['student_count'], 'student')} applied in {last['month']:%B %Y}, "
        f"{whole_share_text(share)} for the first time",
        f"Students who applied, by month, {by_month.height} months. The most: {peak['student_count']:,} in "
        f"{peak['month']:%B %Y}.",
    )


def volume(by_month: pl.DataFrame) -> Finding:
    """Say how many applications stand against each selection over the last twelve months that are shown."""
    if by_month.is_empty():
        return Finding("No month is over", "There is no activity in this slice.")
    year = of_months.year(by_month)
    applications, selections = int(year["application_count"].sum()), int(year["selection_count"].sum())
    ratio = f": {applications / selections:.0f} applications for each selection" if selections else ""
    return Finding(
        f"{applications:,} applications and {selections:,} selections in {of_months.words(by_month)}{ratio}",
        "Activity by month: applications made and selections decided in it, not of the same applications. "
        f"{int(by_month['application_count'].sum()):,} and {int(by_month['selection_count'].sum()):,} in all.",
    )
