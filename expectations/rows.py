"""Expectations about rows: built-in ones that carry what a report needs, and one of our own for everything in SQL."""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import great_expectations.expectations as gxe

Severity = Literal["critical", "warning"]

EXAMPLES = 10
"""A result names at most that many keys."""

TOLERATED_ORPHANS = 0.01
"""Above this share of links that lead nowhere, a table is not fit to be built on."""

AS_OF = '(select as_of from "current".run)'
ROWS = "(select * from {batch}) as each"
"""Great Expectations puts a sub-select in place of ``batch``, with or without a name of its own."""


class ExpectRowsToHold(gxe.UnexpectedRowsExpectation):  # type: ignore[misc]
    """Expect the query's one row (checked_count, unexpected_count, example_keys) to stay within the tolerated share.

    The counting happens in the database: however many rows fail, one row comes back.
    """

    tolerated_share: float = 0.0
    metric_dependencies: ClassVar[tuple[str, ...]] = ("unexpected_rows_query.table",)

    def _validate(self, metrics: dict[str, Any], **_: Any) -> dict[str, Any]:
        (counts,) = metrics["unexpected_rows_query.table"]
        checked, unexpected = counts["checked_count"], counts["unexpected_count"] or 0
        return {
            "success": unexpected <= self.tolerated_share * checked,
            "result": {
                "observed_value": unexpected,
                "element_count": checked,
                "unexpected_count": unexpected,
                "unexpected_percent": 100.0 * unexpected / checked if checked else 0.0,
                "details": {"example_keys": counts["example_keys"]},
            },
        }


def failing_rows(expectation: Any, table: str) -> str | None:
    """Return the select of a table's rows that break an expectation; None for one about the table as a whole."""
    meta = expectation.meta
    if "failing" in meta:
        return str(meta["failing"]).replace("{batch}", table)
    return f"select * from {table} where {meta['unexpected']}" if "unexpected" in meta else None


def key_text(key: Sequence[str], alias: str = "each") -> str:
    """Return SQL for a row's key as one text, its parts joined by ' / '; SQL's null for a table without a key."""
    if not key:
        return "cast(null as varchar)"
    return "concat_ws(' / ', " + ", ".join(f'{alias}."{column}"' for column in key) + ")"


def counting(rows: str) -> str:
    """Return the query that counts ``rows``, a select of ``key_text`` and ``is_unexpected``, in one pass."""
    return (
        "select count(*) as checked_count, count(*) filter (where is_unexpected) as unexpected_count, "
        f"cast(to_json(min(key_text, {EXAMPLES}) filter (where is_unexpected)) as varchar) as example_keys "
        f"from ({rows}) as checked"
    )


def rows_hold(
    rule: str,
    unexpected: str,
    description: str,
    *,
    key: Sequence[str],
    severity: Severity = "warning",
    column: str | None = None,
    joins: str = "",
    where: str = "true",
    tolerated_share: float = 0.0,
) -> ExpectRowsToHold:
    """Expect no row, called ``each``, to be ``unexpected``; unknown (NULL) counts as expected."""
    rows = (
        f"select {key_text(key)} as key_text, coalesce({unexpected}, false) as is_unexpected "
        f"from {ROWS} {joins} where {where}"
    )
    failing = f"select each.* from {ROWS} {joins} where ({where}) and coalesce({unexpected}, false)"
    return ExpectRowsToHold(
        unexpected_rows_query=counting(rows),
        tolerated_share=tolerated_share,
        severity=severity,
        description=description,
        meta={"rule": rule, "column": column, "failing": failing},
    )


def table_holds(
    rule: str,
    unexpected: str,
    description: str,
    *,
    severity: Severity = "warning",
    column: str | None = None,
) -> ExpectRowsToHold:
    """Expect the table as a whole not to be ``unexpected``, a condition on aggregates of ``each``."""
    nobody = key_text(())
    rows = f"select {nobody} as key_text, coalesce({unexpected}, false) as is_unexpected from {ROWS}"
    return ExpectRowsToHold(
        unexpected_rows_query=counting(rows),
        severity=severity,
        description=description,
        meta={"rule": rule, "column": column},
    )


def not_null(column: str, rule: str, description: str, severity: Severity) -> Any:
    """Expect a value in every row."""
    meta = {"rule": rule, "column": column, "unexpected": f'"{column}" is null'}
    return gxe.ExpectColumnValuesToNotBeNull(column=column, severity=severity, description=description, meta=meta)


def in_set(column: str, values: Sequence[Any], rule: str, description: str, severity: Severity) -> Any:
    """Expect every value that is there to be one of ``values``."""
    listed = ", ".join(f"'{value}'" if isinstance(value, str) else str(value) for value in values)
    meta = {"rule": rule, "column": column, "unexpected": f'"{column}" not in ({listed})'}
    return gxe.ExpectColumnValuesToBeInSet(
        column=column, value_set=list(values), severity=severity, description=description, meta=meta
    )


def between(
    column: str, minimum: float | None, maximum: float | None, rule: str, description: str, severity: Severity
) -> Any:
    """Expect every value that is there to lie between the bounds, bounds included; None is no bound."""
    bounds = [
        f'"{column}" < {minimum}' if minimum is not None else "",
        f'"{column}" > {maximum}' if maximum is not None else "",
    ]
    meta = {"rule": rule, "column": column, "unexpected": " or ".join(bound for bound in bounds if bound)}
    return gxe.ExpectColumnValuesToBeBetween(
        column=column, min_value=minimum, max_value=maximum, severity=severity, description=description, meta=meta
    )


STALE_DAYS = 14
"""A platform where nothing has happened for that long before as_of has probably stopped sending."""


def stale(column: str) -> ExpectRowsToHold:
    """Expect the newest ``column`` to be near as_of."""
    return table_holds(
        "stale",
        f'max(each."{column}") < {AS_OF} - interval {STALE_DAYS} day',
        f"The newest {column} is at most {STALE_DAYS} days older than as_of.",
        column=column,
    )
