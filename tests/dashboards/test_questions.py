"""What analysts may ask, in which words, and what the answer is."""

from datetime import date

import polars as pl
import pytest

from dashboards.conditions import Condition, MalformedFilterError, condition
from dashboards.database import Generation, Query, run
from dashboards.names import nearest
from dashboards.questions import Answer, Question, ask
from dashboards.reach import QuestionError


def asked(generation: Generation, *names: str, by: tuple[str, ...] = (), where: tuple[str, ...] = ()) -> Answer:
    return ask(generation, Question(names, by, tuple(condition(text) for text in where)))


def column(generation: Generation, sql: str) -> list[object]:
    return run(generation, Query(sql)).to_series().to_list()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("category = sales", Condition("category", "=", ("sales",))),
        ("category='data entry'", Condition("category", "=", ("data entry",))),
        ("category == sales", Condition("category", "=", ("sales",))),
        ("category <> sales", Condition("category", "!=", ("sales",))),
        ("state in KS, MO", Condition("state", "in", ("KS", "MO"))),
        ("state NOT IN (KS,MO)", Condition("state", "not in", ("KS", "MO"))),
        ("industry in 'Arts, Sports', Retail", Condition("industry", "in", ("Arts, Sports", "Retail"))),
        ('industry in "Arts, Sports"', Condition("industry", "in", ("Arts, Sports",))),
        ("industry in 'Arts,\nSports', Retail", Condition("industry", "in", ("Arts,\nSports", "Retail"))),
        ("name in O'Brien, D'Arcy", Condition("name", "in", ("O'Brien", "D'Arcy"))),
        ("industry is  NULL", Condition("industry", "is null")),
        ("industry is not null", Condition("industry", "is not null")),
        ("title = a = b", Condition("title", "=", ("a = b",))),
    ],
)
def test_a_filter_is_read_as_it_is_meant(text: str, expected: Condition) -> None:
    assert condition(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "", "category", "category =", "category in", "category in a,,b", "= sales", "a ~ b", "a is null b", "a isnull",
        "category in ()", "category in ( )", "category not in ()", "category in ''",
        "category in sales,\nhr", "category in sales\r\n, hr", "category in 'sales, hr", "category in 'sales'hr, it",
    ],
)  # fmt: skip
def test_a_filter_that_cannot_be_read_says_which_can(text: str) -> None:
    with pytest.raises(MalformedFilterError, match="'dimension in value, value'"):
        condition(text)


def test_a_short_name_means_each_mart_s_own_column(generation: Generation) -> None:
    found = asked(generation, "applications", "projects_posted", by=("category",)).frame
    assert found.columns == ["category", "applications", "projects_posted"]
    for mart, name in (("fct_applications", "applications"), ("fct_projects", "projects_posted")):
        by_hand = column(
            generation, f"select count(*) from marts.{mart} group by category order by category nulls last"
        )
        assert found[name].filter(found[name] > 0).to_list() == by_hand


def test_metrics_of_several_marts_stand_side_by_side_without_groups(generation: Generation) -> None:
    marts = {"applications": "fct_applications", "projects_posted": "fct_projects", "offers_accepted": "fct_offers"}
    row = asked(generation, *marts).frame.row(0, named=True)
    for name, mart in marts.items():
        counted = "sum(is_accepted)" if mart == "fct_offers" else "count(*)"
        assert row[name] == column(generation, f"select {counted} from marts.{mart}")[0]


def test_a_filter_and_its_opposite_part_all_rows_in_two(generation: Generation) -> None:
    (total,) = asked(generation, "applications").frame["applications"]
    for one, other in (
        ("school_type = HBCU", "school_type != HBCU"),
        ("school_type in HBCU, HSI", "school_type not in HBCU, HSI"),
        ("school_type is null", "school_type is not null"),
    ):
        parts = [asked(generation, "applications", where=(each,)).frame["applications"][0] for each in (one, other)]
        assert sum(parts) == total
        assert min(parts) > 0


def test_a_row_without_a_value_is_a_group_of_its_own_and_stands_last(generation: Generation) -> None:
    found = asked(generation, "applications", by=("school_type",)).frame
    assert found["school_type"].null_count() == 1
    assert found["school_type"][-1] is None
    assert found["applications"].sum() == asked(generation, "applications").frame["applications"][0]


def test_since_and_until_are_both_included(generation: Generation) -> None:
    days = column(generation, "select distinct applied_date from marts.fct_applications order by 1")
    first, last = days[10], days[20]
    assert isinstance(first, date)
    assert isinstance(last, date)
    question = Question(("applications",), since=first, until=last, grain="day")
    found = ask(generation, question).frame
    assert found["metric_time__day"].to_list() == days[10:21]
    sql = f"select count(*) from marts.fct_applications where applied_date between '{first}' and '{last}'"
    assert found["applications"].sum() == column(generation, sql)[0]


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (date(2025, 1, 15), None, "--since the day on which a month begins, such as 2025-01-01; found 2025-01-15"),
        (None, date(2025, 2, 1), "--until the day on which a month ends, such as 2025-02-28; found 2025-02-01"),
    ],
)
def test_a_mart_of_months_refuses_a_day_inside_one(
    generation: Generation, since: date | None, until: date | None, expected: str
) -> None:
    with pytest.raises(QuestionError, match=expected):
        ask(generation, Question(("applications", "active_employers"), since=since, until=until))


def test_a_mart_of_months_is_cut_by_whole_months(generation: Generation) -> None:
    question = Question(("active_employers",), since=date(2025, 1, 1), until=date(2025, 2, 28), grain="month")
    assert ask(generation, question).frame["metric_time__month"].to_list() == [date(2025, 1, 1), date(2025, 2, 1)]
    open_end = Question(("active_employers", "applications"), since=date(2025, 1, 1), until=date.max)
    assert ask(generation, open_end).frame["applications"][0] > 0


@pytest.mark.parametrize(
    "text", ["metric_time = 2026-01-01", "metric_time__month in 2026-01-01", "month = 2026-01", "metric_time is null"]
)
def test_a_filter_on_the_clock_is_sent_to_since_and_until(generation: Generation, text: str) -> None:
    with pytest.raises(QuestionError, match="keep a period with --since and --until"):
        asked(generation, "applications", where=(text,))


def test_values_are_numbers_and_dates_of_plain_types(generation: Generation) -> None:
    found = asked(generation, "applications", "selection_rate", "gmv_booked", by=("quarter",)).frame
    assert found.dtypes == [pl.Date, pl.Int64, pl.Float64, pl.Float64]


def test_totals_over_nothing_are_0_and_all_else_over_nothing_is_unknown(generation: Generation) -> None:
    names = ("applications", "applicants", "selection_rate", "days_to_decision_median")
    found = asked(generation, *names, where=("category = no such category",))
    assert found.frame.row(0) == (0, 0, None, None)
    assert "No row has category = 'no such category'" in found.notes[0]


def test_a_filter_s_value_is_neither_template_nor_sql(generation: Generation) -> None:
    for value in ("{{ 1/0 }}", "x') or ('1'='1", "$where0", "x'; drop table marts.fct_applications; --"):
        assert asked(generation, "applications", where=(f"category = {value}",)).frame["applications"][0] == 0


def test_a_value_that_no_row_has_brings_up_the_nearest(generation: Generation) -> None:
    (note,) = asked(generation, "applications", where=("category in sales, marketng",)).notes
    assert note.startswith("No row has category = 'marketng'; nearest: marketing")


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("indutry", "nearest: employer__industry"),
        ("applicaton__category", "nearest: application__category"),
        ("state", "any of employer__state, student__state"),
        ("category__month", "no date"),
    ],
)
def test_a_dimension_that_is_not_there_brings_up_those_that_are(generation: Generation, by: str, expected: str) -> None:
    with pytest.raises(QuestionError, match=expected):
        asked(generation, "applications", by=(by,))


def test_a_period_finer_than_a_mart_keeps_is_refused_with_those_it_keeps(generation: Generation) -> None:
    with pytest.raises(QuestionError, match="cannot be split by day; known: month, quarter, year"):
        asked(generation, "active_employers", by=("day",))


def test_a_dimension_of_a_neighbour_s_neighbour_is_reached_by_its_full_name(generation: Generation) -> None:
    near = asked(generation, "applications", by=("employer__industry",)).frame
    far = asked(generation, "applications", by=("project__employer__industry",)).frame
    assert near["applications"].to_list() == far["applications"].to_list()


def test_the_nearest_names_hold_the_word_or_are_spelt_like_it_or_share_a_part() -> None:
    known = ["fill_rate_30_days", "hires", "employer__industry", "selection_rate"]
    assert nearest("fill", known) == "nearest: fill_rate_30_days"
    assert nearest("indutry", known) == "nearest: employer__industry"
    assert nearest("rate_of_offers", known) == "nearest: fill_rate_30_days, selection_rate"
    assert nearest("xyz", known).startswith("known: employer__industry, fill_rate")
    assert nearest("xyz", map(str, range(13))).endswith(" and others")
