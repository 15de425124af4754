"""Findings of the Data health page."""

import polars as pl

from dashboards.findings import Finding
from dashboards.formats import count_text, day_text, whole_share_text
from dashboards.slices.operations import SILENT_DAYS


def loads(by_day: pl.DataFrame, by_rule: pl.DataFrame) -> Finding:
    """Say how many rows came in, and when last; ``by_rule`` are in quarantine and not answered yet."""
    if by_day.is_empty():
        return Finding("Nothing has been delivered", "The ledger is empty.")
    standing = int(by_rule["quarantined"].sum())
    answered = int(by_day["quarantined"].sum()) - standing
    rows = int(by_day.select(pl.sum_horizontal("loaded", "unchanged", "quarantined", "erased")).to_series().sum())
    return Finding(
        f"{rows:,} rows read; {standing:,} of them in quarantine",
        f"Rows by day of delivery, {by_day.height} days, the last on {day_text(by_day['delivered_on'][-1])}."
        + (f" Quarantined are all that were set aside; {_answered(answered)}." if answered else ""),
    )


def erasures(by_month: pl.DataFrame) -> Finding:
    """Say how many persons asked to be forgotten."""
    persons = int(by_month["erased_count"].sum())
    return Finding(
        f"{persons:,} {'person' if persons == 1 else 'persons'} asked to be forgotten",
        "They are in no numerator and no denominator, of any period; by month of the request.",
    )


def withdrawals(students: int) -> Finding:
    """Say how many students withdrew their consent to analytics."""
    return Finding(
        f"{count_text(students, 'student')} withdrew the consent to analytics",
        "They are in no numerator and no denominator, of any period, until they consent again.",
    )


def quarantine(by_rule: pl.DataFrame, by_day: pl.DataFrame) -> Finding:
    """Say which rule rows break most often; ``by_day`` holds all that broke one, also those answered since."""
    if by_rule.is_empty():
        set_aside = int(by_day["quarantined"].sum())
        found = f"No row waits: {_answered(set_aside)} that broke a rule." if set_aside else "No row broke a rule."
        return Finding("The quarantine is empty", found)
    top = by_rule.row(0, named=True)
    total = int(by_rule["quarantined"].sum())
    return Finding(
        f"“{top['rule']}” is behind {whole_share_text(top['quarantined'] / total)} of quarantined rows",
        f"{total:,} rows by rule: "
        + ", ".join(f"{rule} {n:,}" for rule, n in by_rule.select("rule", "quarantined").rows()),
    )


def _answered(rows: int) -> str:
    return f"a later delivery answers {count_text(rows, 'row')}"


def none_held(set_aside: int) -> Finding:
    """Say why nothing of a file is in quarantine; ``set_aside`` rows of it were."""
    whole = f"Read = loaded + unchanged + quarantined + erased; {_answered(set_aside)} that broke a rule."
    return Finding(
        "Nothing of this file is in quarantine", whole if set_aside else "Read = loaded + unchanged + erased."
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
        "For each: rows read = loaded + unchanged + quarantined + erased. Quarantined are all that were set aside, "
        "also those that a later delivery answers.",
    )


def check_history(verdicts: pl.DataFrame) -> Finding:
    """Say which checks fail again and again."""
    if verdicts.is_empty():
        return Finding("No check has ever failed", "All checks of all batches passed.")
    batches = verdicts["batch_id"].n_unique()
    failing = verdicts.filter(pl.col("verdict") != "passed")
    by_check = failing.group_by("check_name").len().sort("len", "check_name", descending=[True, False])
    always = by_check.filter(pl.col("len") == batches).height
    parts = ", ".join(f"{name} {count} times" for name, count in by_check.iter_rows())
    title = f"{count_text(by_check.height, 'check')} failed at least once in {count_text(batches, 'batch', 'batches')}"
    if batches > 1:
        title = f"{title}; {always:,} of them each time"
    return Finding(title, f"Verdicts per batch of the checks that ever failed. {parts}.")


def coverage(by_month: pl.DataFrame) -> Finding:
    """Say what share of employers with completers could be watched in the last month."""
    if by_month.is_empty():
        return Finding("Nobody is watched yet", "No employer has both completers and an outcome feed.")
    last = by_month.row(-1, named=True)
    return Finding(
        f"Hires of {last['watched']:,} of {count_text(last['employers'], 'employer')} with completers could be seen "
        f"in {last['month']:%B %Y}",
        f"Employers with a completed project by month, and those whose feed shows the whole month: "
        f"{whole_share_text(last['share'])} in the last. What is not watched is unknown, not zero.",
    )


def drift(changes: pl.DataFrame) -> Finding:
    """Say which mart changed most since the generation before."""
    if changes.is_empty():
        return Finding("This is the first generation told of", "There is nothing to compare it with.")
    moved = changes.filter(pl.col("change") != 0)
    if moved.is_empty():
        return Finding(
            "No mart changed its number of rows", f"{changes.height} marts have as many rows as the generation before."
        )
    shrunk = moved.filter(pl.col("change") < 0)
    top = moved.row(0, named=True)
    amount = "is new or gone" if top["change_share"] is None else f"changed most, by {top['change_share'] * 100:+.1f} %"
    return Finding(
        f"{moved.height:,} of {changes.height:,} marts changed; {top['mart']} {amount}",
        f"Rows per mart against the generation before; {shrunk.height:,} shrank. A mart that falls below half is not "
        "published. "
        + ", ".join(f"{row['mart']} {row['change']:+,}" for row in moved.head(12).iter_rows(named=True))
        + ".",
    )


def generations(told: pl.DataFrame) -> Finding:
    """Say how many generations are told of, and how the last compares with the first."""
    if told.is_empty():
        return Finding("No history of generations", "This file was published before they were kept.")
    first, last = told.row(0, named=True), told.row(-1, named=True)
    return Finding(
        f"{count_text(told.height, 'generation')} since {day_text(first['published_at'])}; {last['rows']:,} rows now",
        f"Rows of all marts by generation, the last as of {day_text(last['as_of'])}. "
        + ", ".join(f"{row['generation']} {row['rows']:,}" for row in told.tail(12).iter_rows(named=True))
        + ".",
    )


def broken(rows: pl.DataFrame, what: str) -> Finding:
    """Say how many rows were set aside, for a rule or a file."""
    files = rows["file_name"].n_unique()
    return Finding(
        f"{count_text(rows.height, 'row')} of {what}, in {count_text(files, 'file')}",
        "Where each quarantined row stands. Its text stays in the warehouse: `throughline quarantine show`.",
    )
