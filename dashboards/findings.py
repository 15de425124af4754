"""What a chart says, in words: its title is the finding, its summary the figures. Pure functions of frames."""

from dataclasses import dataclass

import polars as pl

from dashboards.formats import count_text, day_text, money_text, share_text, whole_share_text
from dashboards.slices.operations import SILENT_DAYS
from dashboards.slices.outcomes import Incidence
from dashboards.slices.projects import LARGEST, herfindahl, median_day, top_share

HHI_MODERATE, HHI_HIGH = 1000, 1800


@dataclass(frozen=True)
class Finding:
    """A title that says what the chart shows, and a summary for those who do not see it."""

    title: str
    summary: str


def funnel(stages: pl.DataFrame) -> Finding:
    """Say how far applications get, and how many are undecided."""
    reached = dict(stages.select("stage", "reached").iter_rows())
    still_open = int(stages["still_open"].sum())
    share = reached["Selected"] / reached["Applied"] if reached["Applied"] else None
    undecided = f"; {count_text(still_open, 'is', 'are')} still open" if still_open else ""
    parts = [f"{stage} {count:,}" for stage, count in reached.items()]
    return Finding(
        f"{share_text(share)} of applications were selected{undecided}",
        f"Furthest stage reached, one cohort by application date. {', '.join(parts)}. "
        f"Of all, {still_open:,} are undecided and count neither as moved on nor as lost.",
    )


def after_completion(stages: pl.DataFrame) -> Finding:
    """Say how many completers the host hired so far, and how many are still inside their window."""
    reached = dict(stages.select("stage", "reached").iter_rows())
    waiting = int(stages.filter(pl.col("stage") == "Completed")["still_open"].sum())
    parts = [f"{stage} {count:,}" for stage, count in reached.items()]
    hired = count_text(reached["Hired"], "hire", "hires")
    return Finding(
        f"{hired} so far out of {count_text(reached['Completed'], 'completer')}; {waiting:,} still in their first year",
        f"Persons x host after a completed project. {', '.join(parts)}. "
        f"{waiting:,} have no offer yet and less than 365 days behind them.",
    )


def flow(flows: pl.DataFrame) -> Finding:
    """Say where most applications leave the flow."""
    exits = flows.filter(pl.col("target").is_in(["Not selected", "Withdrew", "Never decided", "Did not finish"]))
    if exits.is_empty():
        return Finding("No application has left the flow yet", "All applications of this slice are open or moved on.")
    summed = exits.group_by("target").agg(pl.col("count").sum()).sort("count", "target", descending=[True, False])
    name, count = summed.row(0)
    total = int(flows.filter(pl.col("source") == "Applied")["count"].sum())
    parts = [f"{target} {number:,}" for target, number in summed.iter_rows()]
    return Finding(
        f"Most leave as “{name.lower()}”: {whole_share_text(count / total if total else None)} of applications",
        f"Flow of {total:,} applications from stage to stage. Ways out: {', '.join(parts)}.",
    )


def stage_times(times: pl.DataFrame) -> Finding:
    """Say which step takes longest."""
    known = times.drop_nulls("median")
    if known.is_empty():
        return Finding("No step has been taken yet", "There are no stage times in this slice.")
    slowest = known.sort("median", descending=True).row(0, named=True)
    parts = [f"{row['step']} {row['median']:.1f} days (n {row['n']:,})" for row in known.iter_rows(named=True)]
    return Finding(
        f"{slowest['step']} takes longest: {slowest['median']:.1f} days at the median",
        f"Median days of those who took the step. {', '.join(parts)}.",
    )


def curve(readings: list[Incidence | None], names: list[str], who: str) -> Finding:
    """Say what share was hired by the last window that can be read."""
    known = [(name, each) for name, each in zip(names, readings, strict=True) if each is not None]
    if not known:
        return Finding("Too few completers have been watched for long enough", "No window has 10 completers at risk.")
    name, last = known[-1]
    parts = [
        f"{window}: {share_text(each.host)}{_band(each.low, each.high)}, elsewhere first "
        f"{share_text(each.elsewhere)}, {each.at_risk:,} at risk"
        for window, each in known
    ]
    return Finding(
        f"{who} {share_text(last.host)} of completers within {name}; "
        f"{whole_share_text(last.elsewhere)} start elsewhere first",
        f"Cumulative incidence with its 95 % band. {'. '.join(parts)}.",
    )


def _band(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f" ({share_text(low)} to {share_text(high)})"


def maturity(meters: pl.DataFrame) -> Finding:
    """Say how much of the cohort has its whole year behind it."""
    row = meters.filter(pl.col("window") == "12 months").row(0, named=True)
    parts = [
        f"{each['window']}: {each['mature']:,} over, {each['waiting']:,} not" for each in meters.iter_rows(named=True)
    ]
    return Finding(
        f"{whole_share_text(row['share'])} of completers have been watched for a full year",
        f"Completers whose window is over. {', '.join(parts)}.",
    )


def standing(found: pl.DataFrame) -> Finding:
    """Say how many have not started anywhere by the last window."""
    if found.is_empty():
        return Finding("Too few watched to say where completers stand", "No window has 10 completers at risk.")
    last = found.row(-1, named=True)
    parts = [
        f"{row['window']}: {share_text(row['host'])} with us, {share_text(row['elsewhere'])} elsewhere, "
        f"{share_text(row['neither'])} neither"
        for row in found.iter_rows(named=True)
    ]
    return Finding(
        f"After {last['window']}, {whole_share_text(last['neither'])} have started nowhere full-time yet",
        f"Where completers stand, from the curves. {'. '.join(parts)}.",
    )


def groups(found: pl.DataFrame, word: str, overall: float | None) -> Finding:
    """Say whether any group's band leaves out the whole, without ranking noise."""
    known = found.drop_nulls("value")
    few = found.height - known.height
    parts = [
        f"{row['group']} {share_text(row['value'])}{_band(row['low'], row['high'])}"
        for row in known.iter_rows(named=True)
    ]
    apart = (
        known.filter((pl.col("low") > overall) | (pl.col("high") < overall)) if overall is not None else known.clear()
    )
    if known.is_empty():
        title = f"No {word.lower()} has enough completers yet"
    elif apart.is_empty():
        title = f"No {word.lower()} stands apart from the whole: every band covers {share_text(overall)}"
    else:
        title = f"{', '.join(apart['group'].to_list()[:3])}: apart from the whole at {share_text(overall)}"
    return Finding(title, f"Hired within 12 months by {word.lower()}. {'; '.join(parts)}. Too few to say: {few}.")


def fill(by_term: pl.DataFrame) -> Finding:
    """Say how the fill rate of the last fully mature term compares with that of a year before."""
    mature = by_term.filter((pl.col("mature_share") > 0.999) & pl.col("fill_rate_30_days").is_not_null())
    parts = [f"{row['term']} {share_text(row['fill_rate_30_days'])}" for row in by_term.iter_rows(named=True)]
    if mature.is_empty():
        return Finding("No term is mature yet", "Fill rates need projects posted at least 60 days ago.")
    last = mature.row(-1, named=True)
    return Finding(
        f"{whole_share_text(last['fill_rate_30_days'])} of {last['term']} projects filled within 30 days",
        f"Share of projects with an accepted selection within 30 days, by term of posting. {', '.join(parts)}.",
    )


def first_application(incidence: pl.DataFrame) -> Finding:
    """Say by when half of all projects have an application."""
    day = median_day(incidence)
    never = None if incidence.is_empty() else float(incidence["closed_without"][-1])
    title = (
        "Less than half of the projects draw an application" if day is None else f"Half draw one within {_days(day)}"
    )
    return Finding(
        f"{title}; {whole_share_text(never)} close without any",
        "Cumulative incidence of the first application after posting; closing without one competes.",
    )


def _days(day: float) -> str:
    return "a day" if day <= 1 else f"{day:.0f} days"


def ends(by_term: pl.DataFrame) -> Finding:
    """Say what share of closed projects drew no applicant, and what share nobody was selected from."""
    counts = dict(by_term.group_by("reason").agg(pl.col("projects").sum()).iter_rows())
    closed = sum(count for reason, count in counts.items() if reason != "Still open")
    nobody = counts.get("Closed, nobody selected", 0)
    empty = counts.get("Closed, nobody applied", 0)
    return Finding(
        f"{whole_share_text(nobody / closed if closed else None)} end with nobody selected, "
        f"{whole_share_text(empty / closed if closed else None)} with nobody applying",
        "Projects by how they ended: "
        + ", ".join(f"{reason} {count:,}" for reason, count in sorted(counts.items()))
        + ".",
    )


def depth(buckets: pl.DataFrame) -> Finding:
    """Say what share of projects draws at least five applications."""
    deep = float(buckets.filter(~pl.col("applications").is_in(["0", "1-4"]))["share"].sum() or 0.0)
    parts = [f"{row['applications']}: {row['projects']:,}" for row in buckets.iter_rows(named=True)]
    return Finding(
        f"{whole_share_text(deep)} of projects draw five applications or more",
        f"Projects by the number of applications. {', '.join(parts)}.",
    )


def money(by_month: pl.DataFrame) -> Finding:
    """Say what the last twelve months booked against the twelve before."""
    booked = by_month["gmv_booked"]
    last, before = float(booked.tail(12).sum()), float(booked.tail(24).head(12).sum())
    change = f", {(last / before - 1) * 100:+.0f} % on the twelve before" if by_month.height >= 24 and before else ""
    return Finding(
        f"{money_text(last)} booked in the last twelve months{change}",
        f"Activity by month: {money_text(float(booked.sum()))} booked by acceptance, "
        f"{money_text(float(by_month['gmv_recognised'].sum()))} recognised by approval, over {by_month.height} months.",
    )


def supply_and_demand(cells: pl.DataFrame) -> Finding:
    """Say where students are most and least plentiful."""
    by_category = (
        cells.group_by("category")
        .agg((pl.col("students").sum() / pl.col("slots").sum()).alias("ratio"), pl.col("slots").sum())
        .filter(pl.col("slots") > 0)
        .sort("ratio", "category")
    )
    if by_category.is_empty():
        return Finding("No slots were posted", "There is no demand in this slice.")
    scarce, plenty = by_category.row(0, named=True), by_category.row(-1, named=True)
    return Finding(
        f"From {scarce['ratio']:.0f} students per slot in {scarce['category']} "
        f"to {plenty['ratio']:.0f} in {plenty['category']}",
        "Students who applied in a term, per slot posted in it, by category: "
        + ", ".join(f"{row['category']} {row['ratio']:.1f}" for row in by_category.iter_rows(named=True))
        + ".",
    )


def concentration(concentrated: pl.DataFrame) -> Finding:
    """Say how much the largest hosts book, and what the Herfindahl-Hirschman index calls that."""
    index = herfindahl(concentrated["share"])
    if index is None:
        return Finding("Nothing was booked", "There are no accepted engagements in this slice.")
    level = "high" if index > HHI_HIGH else "moderate" if index >= HHI_MODERATE else "low"
    share = whole_share_text(top_share(concentrated))
    return Finding(
        f"The {LARGEST} largest book {share}; concentration is {level} (HHI {index:,.0f})",
        f"Share of booked value by host, {concentrated.height:,} hosts. Herfindahl-Hirschman index {index:,.0f}: "
        "1,000 to 1,800 is moderate.",
    )


def loads(by_day: pl.DataFrame) -> Finding:
    """Say how many rows came in, and when last."""
    if by_day.is_empty():
        return Finding("Nothing has been delivered", "The ledger is empty.")
    quarantined = int(by_day["quarantined"].sum())
    rows = int(by_day["loaded"].sum()) + int(by_day["unchanged"].sum()) + quarantined
    return Finding(
        f"{rows:,} rows read; {quarantined:,} of them in quarantine",
        f"Rows by day of delivery, {by_day.height} days, the last on {day_text(by_day['delivered_on'][-1])}.",
    )


def quarantine(by_rule: pl.DataFrame) -> Finding:
    """Say which rule rows break most often."""
    if by_rule.is_empty():
        return Finding("The quarantine is empty", "No row broke a rule.")
    top = by_rule.row(0, named=True)
    total = int(by_rule["quarantined"].sum())
    return Finding(
        f"“{top['rule']}” is behind {whole_share_text(top['quarantined'] / total)} of quarantined rows",
        f"{total:,} rows by rule: "
        + ", ".join(f"{rule} {n:,}" for rule, n in by_rule.select("rule", "quarantined").rows()),
    )


def checks(by_batch: pl.DataFrame) -> Finding:
    """Say how the last batch did."""
    if by_batch.is_empty():
        return Finding("No checks have run", "There are no validation results.")
    last = by_batch.row(-1, named=True)
    total = last["passed"] + last["warned"] + last["failed"]
    return Finding(
        f"{last['passed']:,} of {total:,} checks passed in the last batch; {count_text(last['warned'], 'warning')}, "
        f"{last['failed']:,} critical",
        f"Validation results of {by_batch.height} batches, the last on {day_text(last['checked_at'])}.",
    )


def feeds(found: pl.DataFrame) -> Finding:
    """Say how many outcome feeds went silent."""
    silent, ended = (found.filter(pl.col("status") == word).height for word in ("silent", "ended"))
    going = found.height - ended
    title = f"{silent:,} of {count_text(going, 'going outcome feed')} silent for more than {SILENT_DAYS} days"
    if not silent:
        title = f"All {going:,} going outcome feeds speak"
    return Finding(
        title,
        "Hires after a feed's last word are unknown, so follow-up ends there: a silent feed is no failure to hire. "
        f"{count_text(ended, 'feed')} ended.",
    )


def freshness(found: pl.DataFrame) -> Finding:
    """Say which entity has waited longest for a delivery."""
    if found.is_empty():
        return Finding("Nothing has been delivered", "No source has loaded a file.")
    oldest = found.row(0, named=True)
    title = f"{oldest['entity']} is the oldest: {count_text(oldest['days_old'], 'day')} before the data's date"
    if oldest["days_old"] == 0:
        title = "Every entity was delivered on the data's own date"
    return Finding(title, f"Last delivery of {found.height} entities, in days before as_of.")


def failing(found: pl.DataFrame) -> Finding:
    """Say how many checks did not pass."""
    return Finding(
        f"{count_text(found.height, 'check')} did not pass in the last batch",
        "Checks at the border in (raw rows) and out (published marts), with how many rows they found.",
    )


def ledger(found: pl.DataFrame) -> Finding:
    """Say how many files were delivered, and how many refused."""
    refused = found.filter(pl.col("status") == "refused").height
    return Finding(
        f"{count_text(found.height, 'delivery', 'deliveries')} in the ledger; {refused:,} refused",
        "For each: rows read = loaded + unchanged + quarantined.",
    )
