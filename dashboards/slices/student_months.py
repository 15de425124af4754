"""What students do month by month, and what an hour of approved work pays: by the date of the event."""

from dataclasses import dataclass

import polars as pl

from dashboards.database import Query
from dashboards.readings import Explanation, Reading
from dashboards.rows import Rows, slice_rows
from dashboards.scope import Scope, conditions
from dashboards.slices.students import COLUMNS, asked

ACTIVITIES = {
    "student_count": ("Students active", "Students who applied at least once in the month."),
    "new_student_count": ("New students", "Those of them who had never applied before."),
    "application_count": ("Applications in the month", "Applications made in the month."),
    "selection_count": ("Selections in the month", "Applications selected in the month, whenever they were made."),
}

HOURLY_WIDTH, HOURLY_LEAST, HOURLY_MOST = 2.5, 10.0, 40.0


def months(scope: Scope) -> pl.DataFrame:
    """Return per month that is over: students active, new among them, applications, students selected, selections."""
    text = f"""
        select
            month_start_date as month,
            cast(sum(student_count) as bigint) as student_count,
            cast(sum(new_student_count) as bigint) as new_student_count,
            cast(sum(application_count) as bigint) as application_count,
            cast(sum(selected_student_count) as bigint) as selected_student_count,
            cast(sum(selection_count) as bigint) as selection_count,
        from analytics.marts.agg_student_months
        where month_start_date < date_trunc('month', $as_of) and {conditions(scope, "month_start_date", COLUMNS)}
        group by month
        order by month
    """
    return asked(scope, text)


def hourly_pay(scope: Scope) -> pl.DataFrame:
    """Return approved engagements of known hourly pay: from_usd (2.50 wide, ends open), engagements, under_floor."""
    text = f"""
        select
            least(greatest(
                floor(amount_paid_usd / hours_reported / {HOURLY_WIDTH}) * {HOURLY_WIDTH}, {HOURLY_LEAST}
            ), {HOURLY_MOST}) as from_usd,
            count(*) as engagements,
            count(*) filter (where is_under_floor = 1) as under_floor,
        from analytics.marts.fct_engagements
        where is_hourly_pay_known = 1 and {conditions(scope, "approved_date", COLUMNS, "approved_term_label")}
        group by from_usd
        order by from_usd
    """
    found = asked(scope, text).with_columns(pl.col("from_usd").cast(pl.Float64))
    return found.with_columns((pl.col("engagements") / pl.col("engagements").sum()).alias("share"))


@dataclass(frozen=True)
class Latest:
    """The last month that is over, and the same month a year before, where it is known."""

    month: str
    value: int
    before: int | None

    @property
    def note(self) -> str:
        """Say which month it is, and how it compares with a year before."""
        if not self.before:
            return self.month
        return f"{self.month}, {(self.value / self.before - 1) * 100:+.0f} % on a year before"


def latest(by_month: pl.DataFrame, column: str) -> Latest | None:
    """Return a count of the last month, or None when no month is over."""
    if by_month.is_empty():
        return None
    last = by_month.row(-1, named=True)
    earlier = by_month.filter(pl.col("month") == last["month"].replace(year=last["month"].year - 1))
    before = None if earlier.is_empty() else int(earlier[column][0])
    return Latest(f"{last['month']:%B %Y}", int(last[column]), before)


def activity_readings(scope: Scope, by_month: pl.DataFrame) -> list[Reading]:
    """Return the tiles of the last month that is over."""
    readings = []
    for column, (label, text) in ACTIVITIES.items():
        found = latest(by_month, column)
        readings.append(
            Reading(
                name=column,
                label=label,
                unit="count",
                value=found.value if found else None,
                explanation=Explanation(
                    text=text,
                    formula=f"sum of {column} over states and major families",
                    clock="month of the event",
                    window="the last month that is over",
                    owner="platform analytics",
                    direction="higher is better",
                ),
                receipt=_latest_query(scope, by_month, column),
                filters=scope.filters,
                rows=_behind_latest(scope, by_month, column),
                notes=(found.note if found else "no month is over",),
            )
        )
    return readings


def _latest_query(scope: Scope, by_month: pl.DataFrame, column: str) -> Query:
    """Return the statement of a count of the last month under the scope; of no month where none is over."""
    month = "null" if by_month.is_empty() else f"date '{by_month['month'][-1]:%Y-%m-%d}'"
    text = f"""
        select sum({column}) as {column}
        from analytics.marts.agg_student_months
        where month_start_date = {month} and {conditions(scope, "month_start_date", COLUMNS)}
    """
    return Query.of(text, scope.parameters())


def _behind_latest(scope: Scope, by_month: pl.DataFrame, column: str) -> Rows | None:
    """Return the cells of the last month that add to a count."""
    if by_month.is_empty():
        return None
    condition = f"month_start_date = date '{by_month['month'][-1]:%Y-%m-%d}' and {column} > 0"
    return slice_rows(scope, "agg_student_months", "month_start_date", condition, columns=COLUMNS)


def behind_months(scope: Scope) -> list[tuple[str, Rows | None]]:
    """Return the months by state and major family."""
    return [("Months by state and major", slice_rows(scope, "agg_student_months", "month_start_date", columns=COLUMNS))]


def behind_hourly_pay(scope: Scope) -> list[tuple[str, Rows | None]]:
    """Return engagements of known hourly pay, those under the floor counted."""
    rows = slice_rows(
        scope,
        "fct_engagements",
        "approved_date",
        "is_hourly_pay_known = 1",
        "is_under_floor = 1",
        columns=COLUMNS,
        term_column="approved_term_label",
        is_rate=True,
    )
    return [("Engagements, those under the floor counted", rows)]
