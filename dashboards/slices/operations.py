"""The pipeline's own records: deliveries, quarantine, checks, feeds. All as of the generation, never the wall clock."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from dashboards.database import Generation, Query, frame
from dashboards.rows import COUNTED, Rows
from dashboards.slices import records

SILENT_DAYS = 35
"""A feed that goes on but has brought nothing for longer is called silent; the check at the border in says the same."""

TIMELINE: dict[str, pl.DataType | type[pl.DataType]] = {
    "generation": pl.String,
    "as_of": pl.Datetime("us"),
    "published_at": pl.Datetime("us"),
    "marts": pl.Int64,
    "rows": pl.Int64,
}
CHANGES: dict[str, pl.DataType | type[pl.DataType]] = {
    "mart": pl.String,
    "rows_before": pl.Int64,
    "rows_now": pl.Int64,
    "change": pl.Int64,
    "change_share": pl.Float64,
}


@dataclass(frozen=True)
class Health:
    """The figures of the page's tiles."""

    days_since_delivery: int | None
    deliveries: int
    refused: int
    rows_read: int
    rows_quarantined: int
    checks_run: int
    checks_warned: int
    checks_failed: int
    feeds: int
    feeds_silent: int

    @property
    def checks_passed(self) -> int:
        """Return the checks of the last batch that passed."""
        return self.checks_run - self.checks_warned - self.checks_failed

    @property
    def quarantined_share(self) -> float | None:
        """Return quarantined rows over rows read."""
        return self.rows_quarantined / self.rows_read if self.rows_read else None


def _asked(generation: Generation, text: str) -> pl.DataFrame:
    return frame(generation, "meta", Query.of(text, {"as_of": generation.as_of}))


def ledger(generation: Generation) -> pl.DataFrame:
    """Return one row per file and entity that was delivered, the latest first; ``delivery`` names each."""
    if not _tells_erasures(generation):
        return _asked(generation, records.LEDGER).with_columns(rows_erased=pl.lit(0, pl.Int64))
    return _asked(generation, records.LEDGER_WITH_ERASED)


def freshness(generation: Generation) -> pl.DataFrame:
    """Return per source and entity: the last delivery, its age in days at as_of, deliveries, rows."""
    return _asked(generation, records.FRESHNESS)


def quarantine(generation: Generation) -> pl.DataFrame:
    """Return quarantined rows counted by the rule that they broke."""
    return _asked(generation, records.QUARANTINE)


def quarantined_rows(generation: Generation) -> pl.DataFrame:
    """Return where each quarantined row stands: file, line, column, rule. Raw text is not published.

    Rows that a later snapshot or correction answers are not among them; the ledger counts those, too.
    """
    return _asked(generation, records.QUARANTINED_ROWS)


def loads(generation: Generation) -> pl.DataFrame:
    """Return rows per day of delivery: loaded, unchanged, quarantined, erased."""
    if not _tells_erasures(generation):
        return _asked(generation, records.LOADS).with_columns(erased=pl.lit(0, pl.Int64))
    return _asked(generation, records.LOADS_WITH_ERASED)


def erasures(generation: Generation) -> pl.DataFrame:
    """Return the persons who asked to be forgotten by month; empty for a file of an earlier version."""
    if not _tells_erasures(generation):
        return pl.DataFrame(schema={"requested_month": pl.Date, "erased_count": pl.Int64})
    return _asked(generation, records.ERASURES)


def withdrawn_count(generation: Generation) -> int:
    """Return how many students withdrew their consent to analytics; 0 for a file of an earlier version."""
    if _asked(generation, records.WITHDRAWALS_TABLE).is_empty():
        return 0
    return int(_asked(generation, records.WITHDRAWALS)["withdrawn_count"].sum())


def _tells_erasures(generation: Generation) -> bool:
    return not _asked(generation, records.ERASURES_TABLE).is_empty()


def checks(generation: Generation) -> pl.DataFrame:
    """Return checks per batch: passed, warned, failed."""
    return _asked(generation, records.CHECKS)


def failing(generation: Generation) -> pl.DataFrame:
    """Return the checks that did not pass in the last batch of each border."""
    return _asked(generation, records.FAILING)


def feeds(generation: Generation) -> pl.DataFrame:
    """Return outcome feeds, the silent first: employer, system, status, last_synced_at, days_silent."""
    found = _asked(generation, records.FEEDS)
    ended, quiet = pl.col("has_ended").fill_null(False), pl.col("days_silent").fill_null(SILENT_DAYS + 1) > SILENT_DAYS
    status = pl.when(ended).then(pl.lit("ended")).when(quiet).then(pl.lit("silent")).otherwise(pl.lit("speaking"))
    columns = ("employer", "system", "status", "last_synced_at", "days_silent")
    return (
        found.with_columns(status.alias("status"))
        .sort(pl.col("status") != "silent", maintain_order=True)
        .select(columns)
    )


def health(generation: Generation) -> Health:
    """Return the figures of the tiles."""
    delivered, checked, fed = ledger(generation), checks(generation), feeds(generation)
    fresh = freshness(generation)
    last = checked.row(-1, named=True) if checked.height else {"passed": 0, "warned": 0, "failed": 0}
    return Health(
        days_since_delivery=int(fresh["days_old"].min()) if fresh.height else None,  # type: ignore[arg-type]
        deliveries=delivered.filter(pl.col("status") == "loaded").height,
        refused=delivered.filter(pl.col("status") == "refused").height,
        rows_read=int(delivered["rows_read"].sum()),
        rows_quarantined=quarantined_rows(generation).height,
        checks_run=last["passed"] + last["warned"] + last["failed"],
        checks_warned=last["warned"],
        checks_failed=last["failed"],
        feeds=fed.height,
        feeds_silent=fed.filter(pl.col("status") == "silent").height,
    )


def generations(generation: Generation) -> pl.DataFrame:
    """Return the generations that the file tells of, the earliest first: as_of, published_at, marts, rows.

    A file that was published before ``meta.mart_rows`` tells of none.
    """
    if not _tells_history(generation):
        return pl.DataFrame(schema=TIMELINE)
    return _asked(generation, records.GENERATIONS)


def drift(generation: Generation) -> pl.DataFrame:
    """Return per mart its rows in the generation before and now, the largest change first; empty for the first one."""
    if not _tells_history(generation):
        return pl.DataFrame(schema=CHANGES)
    return _asked(generation, records.DRIFT)


def moved(changes: pl.DataFrame) -> pl.DataFrame:
    """Return the marts whose number of rows changed."""
    return changes.filter(pl.col("change") != 0)


def _tells_history(generation: Generation) -> bool:
    return not _asked(generation, records.HISTORY_TABLE).is_empty()


def check_history(generation: Generation) -> pl.DataFrame:
    """Return the verdicts per batch of checks that ever failed: check_name, batch_id, verdict, unexpected_count."""
    found = _asked(generation, records.CHECK_HISTORY)
    verdict = pl.when("is_success").then(pl.lit("passed")).when(pl.col("severity") == "warning").then(pl.lit("warning"))
    return found.select(
        pl.concat_str(
            pl.col("entity"), pl.lit(": "), pl.col("rule"), (", " + pl.col("column_name")).fill_null("")
        ).alias("check_name"),
        "batch_id",
        "checked_at",
        verdict.otherwise(pl.lit("critical")).alias("verdict"),
        "unexpected_count",
    )


def coverage(generation: Generation) -> pl.DataFrame:
    """Return per month: employers with a completion by then, those watched for the whole month, their share."""
    found = _asked(generation, records.COVERAGE)
    return found.with_columns((pl.col("watched") / pl.col("employers")).fill_nan(None).alias("share"))


def quarantined_of(generation: Generation, delivery: str) -> pl.DataFrame:
    """Return the quarantined rows of one delivery, named as in the ledger."""
    return quarantined_rows(generation).filter(pl.col("delivery") == delivery)


def set_aside_of(generation: Generation, delivery: str) -> int:
    """Return how many rows of one delivery were set aside, those included that a later delivery answers."""
    told = ledger(generation).filter(pl.col("delivery") == delivery)
    return int(told["rows_quarantined"].sum())


def broken(generation: Generation, rule: str) -> pl.DataFrame:
    """Return where the rows stand that broke a rule."""
    return quarantined_rows(generation).filter(pl.col("rule") == rule)


def rows_of(generation: Generation, statement: str, counted: str = "true", *, is_rate: bool = False) -> Rows:
    """Return the rows of a statement over the records as rows that open, those that are counted first."""
    text = f"select {counted} as {COUNTED}, * from ({statement}) as records order by {COUNTED} desc"
    parameters = {"as_of": generation.as_of} if "$as_of" in statement else {}
    return Rows(generation, "meta", Query.of(text, parameters), is_rate)


def behind_quarantine(generation: Generation, by_rule: pl.DataFrame) -> list[tuple[str, Rows | None]]:
    """Return the rows behind each rule."""
    return [(rule, _of_rule(generation, rule)) for rule in by_rule["rule"].to_list()]


def _of_rule(generation: Generation, rule: str) -> Rows:
    text = f"select true as {COUNTED}, * from ({records.QUARANTINED_ROWS}) as records where rule = $rule"
    return Rows(generation, "meta", Query.of(text, {"rule": rule}), is_rate=False)


def behind_checks(generation: Generation) -> list[tuple[str, Rows | None]]:
    """Return the checks of the last batch of each border, those that failed counted."""
    return [
        (
            "Checks of the last batch, failures counted",
            rows_of(generation, records.LATEST_CHECKS, "not is_success", is_rate=True),
        )
    ]


def how_to_look(check: Mapping[str, Any]) -> str:
    """Return a statement that shows rows that fail a check: by the keys of examples, where there are any."""
    keys = [str(key).rpartition(" / ")[2].replace("'", "''") for key in json.loads(check["example_keys"] or "[]")]
    found = "\n    or ".join(f"contains(cast(to_json(each) as varchar), '{key}')" for key in keys)
    schema = "marts" if check["border"] == "out" else "raw"
    where = f"\nwhere {found}" if found else ""
    return f"select * from {schema}.{check['entity']} as each{where}\nlimit 100"


def is_check(name: str) -> pl.Expr:
    """Return the condition under which a failing check has a name."""
    return pl.col("check_name") == name


def where_to_look(check: Mapping[str, Any]) -> str:
    """Say what a failing check expects, and where the statement that shows its rows can be run."""
    found = f"{check['unexpected_count'] or 0:,} of {check['checked_count'] or 0:,} rows break it."
    place = (
        "Run it on the SQL page."
        if check["border"] == "out"
        else "Raw rows are not published: run it in the warehouse, `duckdb -readonly data/warehouse/analytics.duckdb`."
    )
    keys = json.loads(check["example_keys"] or "[]")
    examples = f" For example {', '.join(map(str, keys[:5]))}." if keys else ""
    return f"Expected: {check['description']} {found}{examples} {place}"
