"""Students: how far they come, how often they take part, what they earn, what they learn, where they land."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from dashboards.database import Query, frame
from dashboards.formats import word_text
from dashboards.intervals import Z_95, wilson
from dashboards.readings import Explanation, Reading
from dashboards.rows import Rows, slice_rows
from dashboards.scope import Scope, conditions
from dashboards.slices.outcomes import CURVE, LEAST_AT_RISK
from dashboards.terms import term_key

COLUMNS = ("term_label", "major_family")

REACHES = {"completed": "Completed", "selected": "Selected", "applied": "Applied"}
"""How far a student came -> in words, the furthest first."""

PARTICIPATION: dict[str, tuple[str, tuple[tuple[str, int], ...]]] = {
    "applications": (
        "application_count",
        (("1", 1), ("2", 2), ("3-5", 3), ("6-10", 6), ("11-20", 11), ("21-40", 21), ("41+", 41)),
    ),
    "projects": ("project_count", (("1", 1), ("2", 2), ("3", 3), ("4", 4), ("5-9", 5), ("10+", 10))),
    "industries": ("industry_count", (("1", 1), ("2", 2), ("3", 3), ("4", 4), ("5", 5), ("6+", 6))),
}
"""What is counted per student -> its column, and its buckets with the least number in each."""

COUNTED_BY = {
    "applications": "application_count > 0",
    "projects": "project_count > 0",
    "industries": "industry_count > 0",
}
"""What is counted per student -> who is."""

PAY_EDGES = (0, 250, 500, 750, 1000, 1500, 2000, 3000, 4000, 6000, 8000)
HOURLY_WIDTH, HOURLY_LEAST, HOURLY_MOST = 2.5, 10.0, 40.0

POSITIVE = ("employed_full_time", "employed_part_time", "continuing_education", "service", "military")
LANDINGS = {
    "employed_full_time": "Full-time work",
    "employed_part_time": "Part-time work",
    "continuing_education": "Further study",
    "service": "Service or military",
    "military": "Service or military",
    "seeking_employment": "Seeking",
    "seeking_education": "Seeking",
    "not_seeking": "Not seeking",
    "unknown": "Not known",
}
"""First destination -> in words, in the order in which they are drawn."""

GROUPS = {"completed": "Completed a project", "applied": "Applied only", "neither": "Never applied"}
COMPARED = ("completed", "applied")
LEAST_COMPARED = 10
ALL_COMPETENCIES = "All competencies"

ACTIVITIES = {
    "student_count": ("Students active", "Students who applied at least once in the month."),
    "new_student_count": ("New students", "Those of them who had never applied before."),
    "application_count": ("Applications in the month", "Applications made in the month."),
    "selection_count": ("Selections in the month", "Applications selected in the month, whenever they were made."),
}


def cohorts(scope: Scope) -> pl.DataFrame:
    """Return students per term of their first application and how far they came: term, reach, students, share."""
    text = f"""
        select
            term_label as term,
            case when is_completer = 1 then 'completed' when selection_count > 0 then 'selected' else 'applied' end
                as reach,
            count(*) as students,
        from analytics.marts.fct_persons
        where term_label is not null and {conditions(scope, "first_applied_date", COLUMNS)}
        group by all
    """
    found = _asked(scope, text).with_columns(
        (pl.col("students") / pl.col("students").sum().over("term")).alias("share")
    )
    order = list(REACHES)
    ranked = sorted(found.iter_rows(named=True), key=lambda row: (term_key(row["term"]), order.index(row["reach"])))
    return pl.DataFrame([row | {"reach": REACHES[row["reach"]]} for row in ranked], schema=found.schema)


def participation(scope: Scope) -> pl.DataFrame:
    """Return students by how often they take part: what (applications, projects, industries), bucket, students, share.

    Projects and industries are those of students with a completed project; industries of those where one is known.
    """
    parts = [_buckets(what, column, buckets) for what, (column, buckets) in PARTICIPATION.items()]
    slices = f"""
        select application_count, project_count, industry_count from analytics.marts.fct_persons
        where {conditions(scope, "first_applied_date", COLUMNS)}
    """
    text = f"with slice as ({slices}) {' union all '.join(parts)}"
    counted = _asked(scope, text)
    places = [
        {"what": what, "place": place, "bucket": bucket}
        for what, (_, buckets) in PARTICIPATION.items()
        for place, (bucket, _) in enumerate(buckets)
    ]
    joined = pl.DataFrame(places, schema_overrides={"place": pl.Int32}).join(
        counted.with_columns(pl.col("place").cast(pl.Int32)), on=["what", "place"], how="left", maintain_order="left"
    )
    return joined.select("what", "bucket", pl.col("students").fill_null(0)).with_columns(
        (pl.col("students") / pl.col("students").sum().over("what")).fill_nan(None).alias("share")
    )


def _buckets(what: str, column: str, buckets: Sequence[tuple[str, int]]) -> str:
    cases = " ".join(
        f"when {column} >= {least} then {place}" for place, (_, least) in reversed(list(enumerate(buckets)))
    )
    return f"""
        select '{what}' as what, case {cases} end as place, count(*) as students
        from slice where {column} > 0 group by all
    """


def selection_by_applications(scope: Scope) -> pl.DataFrame:
    """Return, by how often a student applied, the share ever selected: bucket, students, selected, share, low, high."""
    buckets = PARTICIPATION["applications"][1]
    cases = " ".join(
        f"when application_count >= {least} then {place}" for place, (_, least) in reversed(list(enumerate(buckets)))
    )
    text = f"""
        select case {cases} end as place, count(*) as students, count(*) filter (where selection_count > 0) as selected
        from analytics.marts.fct_persons
        where {conditions(scope, "first_applied_date", COLUMNS)}
        group by place
        order by place
    """
    found = _asked(scope, text)
    rows = []
    for place, students, selected in found.iter_rows():
        band = wilson(selected, students)
        rows.append(
            {
                "applications": buckets[place][0],
                "students": students,
                "selected": selected,
                "share": selected / students,
                "low": band.low if band else None,
                "high": band.high if band else None,
            }
        )
    return pl.DataFrame(rows, schema=_rates("applications", "students", "selected"))


def _rates(name: str, *counts: str) -> dict[str, type[pl.DataType]]:
    kinds: dict[str, type[pl.DataType]] = {name: pl.String}
    kinds |= dict.fromkeys(counts, pl.Int64)
    kinds |= dict.fromkeys(("share", "low", "high"), pl.Float64)
    return kinds


def pay(scope: Scope) -> pl.DataFrame:
    """Return completers of known pay by what they earned in all: from_usd, to_usd (none for the last), students."""
    edges = ", ".join(map(str, PAY_EDGES))
    text = f"""
        select
            list_last(list_filter([{edges}], lambda edge: edge <= pay_usd)) as from_usd,
            count(*) as students,
        from analytics.marts.fct_persons
        where pay_usd is not null and {conditions(scope, "first_applied_date", COLUMNS)}
        group by from_usd
    """
    found = _asked(scope, text)
    named = pl.DataFrame({"from_usd": PAY_EDGES, "to_usd": [*PAY_EDGES[1:], None]})
    joined = named.join(found.with_columns(pl.col("from_usd").cast(pl.Int64)), on="from_usd", how="left").sort(
        "from_usd"
    )
    counted = joined.with_columns(pl.col("students").fill_null(0))
    return counted.with_columns((pl.col("students") / pl.col("students").sum()).fill_nan(None).alias("share"))


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
    found = _asked(scope, text).with_columns(pl.col("from_usd").cast(pl.Float64))
    return found.with_columns((pl.col("engagements") / pl.col("engagements").sum()).alias("share"))


def first_selection(scope: Scope) -> pl.DataFrame:
    """Return day after the first application (1 = the day itself), students waiting, share selected by then.

    Those not selected yet wait until as_of; a selection that is dated before the first application counts on day 1.
    """
    as_of = scope.generation.as_of
    sliced = f"""
        select
            0 as entry_days,
            greatest(date_diff('day', first_applied_at, coalesce(first_selected_at, timestamp '{as_of}')), 0) + 1
                as exit_days,
            cast(first_selected_at is not null as integer) as event_code,
            'all' as group_key,
        from analytics.marts.fct_persons
        where {conditions(scope, "first_applied_date", COLUMNS)}
    """
    found = frame(scope.generation, scope.viewer, Query.of(CURVE, scope.parameters(), sliced))
    return found.filter(pl.col("at_risk_count") >= LEAST_AT_RISK).select(
        pl.col("day").cast(pl.Int64),
        pl.col("at_risk_count").cast(pl.Int64),
        pl.col("host_incidence").alias("selected"),
    )


def first_job(scope: Scope) -> pl.DataFrame:
    """Return day after the first completion, at_risk_count, share in a first full-time job by then, low, high.

    Without a filter this is the published ``agg_any_employer_curve``; under one the same macro draws the slice.
    """
    columns = "day, at_risk_count, {0}_incidence as hired, {0}_lower as low, {0}_upper as high"
    if any(scope.dimensions()) or scope.since() is not None:
        sliced = f"""
            select entry_days, exit_days, event_code, 'all' as group_key
            from analytics.marts.fct_person_outcomes
            where is_at_risk = 1 and {conditions(scope, "first_completed_date", COLUMNS)}
        """
        text = f"select {columns.format('host')} from analytics.marts.cumulative_incidence('slice') order by day"
        query = Query.of(text, scope.parameters(), sliced)
    else:
        text = f"select {columns.format('hired')} from analytics.marts.agg_any_employer_curve order by day"
        query = Query.of(text)
    found = frame(scope.generation, scope.viewer, query)
    return found.filter(pl.col("at_risk_count") >= LEAST_AT_RISK).with_columns(
        pl.col("day", "at_risk_count").cast(pl.Int64)
    )


def landings(scope: Scope) -> pl.DataFrame:
    """Return graduates of closed classes by how far they came on the platform and where they landed.

    Columns: group, destination, graduates, share (of the group's graduates). Those not known have a row of their own.
    """
    worded = _destined(scope).select(
        pl.col("participation").replace(GROUPS).alias("group"), pl.col("destination").replace(LANDINGS), "graduates"
    )
    summed = worded.group_by("group", "destination", maintain_order=True).agg(pl.col("graduates").sum())
    return summed.with_columns((pl.col("graduates") / pl.col("graduates").sum().over("group")).alias("share"))


def career_outcomes(scope: Scope) -> pl.DataFrame:
    """Return graduates' career outcomes by how far they came: group, graduates, known, share (NACE), low, high.

    The share leaves out those not known and those not seeking, as the metric does; closed classes only.
    """
    found = _destined(scope)
    rows = []
    for group in COMPARED:
        here = dict(found.filter(pl.col("participation") == group).select("destination", "graduates").iter_rows())
        whole = sum(here.values())
        seeking = whole - here.get("unknown", 0) - here.get("not_seeking", 0)
        landed = sum(here.get(each, 0) for each in POSITIVE)
        band = wilson(landed, seeking) if seeking >= LEAST_COMPARED else None
        rows.append(
            {
                "group": GROUPS[group],
                "graduates": whole,
                "known": whole - here.get("unknown", 0),
                "share": landed / seeking if band else None,
                "low": band.low if band else None,
                "high": band.high if band else None,
            }
        )
    return pl.DataFrame(rows, schema=_rates("group", "graduates", "known"))


def _destined(scope: Scope) -> pl.DataFrame:
    """Return graduates of closed classes by participation and destination; the term of a cohort is not theirs."""
    text = f"""
        select participation, coalesce(destination, 'unknown') as destination, count(*) as graduates
        from analytics.marts.fct_graduates
        where class_status = 'closed' and {conditions(scope, "graduation_date", ("major_family",))}
        group by all
    """
    found = _asked(scope, text)
    order, groups = list(LANDINGS), list(GROUPS)
    ranked = sorted(found.iter_rows(), key=lambda row: (groups.index(row[0]), order.index(row[1])))
    return pl.DataFrame(ranked, schema=found.schema, orient="row")


def growth(scope: Scope) -> pl.DataFrame:
    """Return, per competency, students scored more than once: first and last mean score, mean change with interval.

    Columns: competency, students, first, last, change, low, high. A competency of fewer than ten students is left out;
    the first row is the mean over a student's competencies.
    """
    text = f"""
        with compared as (
            select person_key, competency, first_score, score
            from analytics.marts.fct_competency_scores
            where is_compared = 1 and {conditions(scope, "first_applied_date", COLUMNS)}
        ),

        with_all as (
            select competency, first_score, score from compared
            union all
            select '{ALL_COMPETENCIES}' as competency, avg(first_score) as first_score, avg(score) as score
            from compared
            group by person_key
        )

        select
            competency,
            count(*) as students,
            avg(first_score) as first,
            avg(score) as last,
            avg(score - first_score) as change,
            stddev_samp(score - first_score) as spread,
        from with_all
        group by competency
        having count(*) >= {LEAST_COMPARED}
        order by competency <> '{ALL_COMPETENCIES}', change desc, competency
    """
    found = _asked(scope, text)
    half = Z_95 * pl.col("spread") / pl.col("students").sqrt()
    return found.select(
        pl.col("competency").map_elements(word_text, pl.String),
        "students",
        "first",
        "last",
        "change",
        (pl.col("change") - half).alias("low"),
        (pl.col("change") + half).alias("high"),
    )


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
    return _asked(scope, text)


def _asked(scope: Scope, text: str) -> pl.DataFrame:
    return frame(scope.generation, scope.viewer, Query.of(text, scope.parameters() | {"as_of": scope.generation.as_of}))


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
                receipt=Query.of(f"select sum({column}) from analytics.marts.agg_student_months"),
                filters=scope.filters,
                rows=_behind_latest(scope, by_month, column),
                notes=(found.note if found else "no month is over",),
            )
        )
    return readings


def _behind_latest(scope: Scope, by_month: pl.DataFrame, column: str) -> Rows | None:
    """Return the cells of the last month that add to a count."""
    if by_month.is_empty():
        return None
    condition = f"month_start_date = date '{by_month['month'][-1]:%Y-%m-%d}' and {column} > 0"
    return slice_rows(scope, "agg_student_months", "month_start_date", condition, columns=COLUMNS)


def behind_persons(
    scope: Scope, condition: str, counted: str | None = None, word: str = "Students"
) -> list[tuple[str, Rows | None]]:
    """Return the students under a condition, the counted ones first where something is counted of them."""
    rows = slice_rows(
        scope,
        "fct_persons",
        "first_applied_date",
        condition,
        counted or "true",
        columns=COLUMNS,
        is_rate=counted is not None,
    )
    return [(word, rows)]


def behind_months(scope: Scope) -> list[tuple[str, Rows | None]]:
    """Return the months by state and major family."""
    return [("Months by state and major", slice_rows(scope, "agg_student_months", "month_start_date", columns=COLUMNS))]


def behind_growth(scope: Scope) -> list[tuple[str, Rows | None]]:
    """Return the last scores of students scored more than once."""
    rows = slice_rows(scope, "fct_competency_scores", "first_applied_date", "is_compared = 1", columns=COLUMNS)
    return [("Last scores against the first", rows)]


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
