"""The talent pool: who may be invited back, and in what order."""

from collections.abc import Callable
from datetime import timedelta

import polars as pl
import pytest

from dashboards.charts import talent as charts
from dashboards.charts.style import Mode
from dashboards.database import Query, run
from dashboards.exports import as_bytes
from dashboards.findings import talent as findings
from dashboards.scope import Filters, Scope
from dashboards.slices import talent, talent_tiles
from dashboards.slices.talent import BANDS, Prior

ScopeOf = Callable[..., Scope]
MODES: list[Mode] = ["light", "dark"]
FILTERS = [Filters(), Filters(period="Last 24 months"), Filters(chosen=(("category", ("sales", "research")),))]


def mart(scope: Scope, name: str) -> pl.DataFrame:
    return run(scope.generation, Query(f"select * from analytics.marts.{name}")).filter(
        pl.col("host_id") == scope.host_id
    )


def recounted(scope: Scope) -> pl.DataFrame:
    """Return person_key, ratings and rating of the pool, counted anew."""
    pairs = mart(scope, "fct_person_host_outcomes").filter(pl.col("is_contactable") == 1)
    hired = mart(scope, "fct_hires")["person_key"].drop_nulls()
    work = mart(scope, "fct_engagements").filter(pl.col("approved_at").is_not_null())
    if since := scope.since():
        work = work.filter(pl.col("approved_date") >= since.date())
    if categories := scope.filters.values("category"):
        work = work.filter(pl.col("category").is_in(categories))
    kept = work.filter(pl.col("person_key").is_in(pairs["person_key"]), ~pl.col("person_key").is_in(hired))
    return kept.group_by("person_key").agg(
        pl.col("employer_rating").count().alias("ratings"), pl.col("employer_rating").mean().alias("rating")
    )


@pytest.mark.parametrize("filters", FILTERS)
def test_the_pool_holds_contactable_completers_who_were_not_hired(filters: Filters, employer: ScopeOf) -> None:
    scope = employer(filters)
    found, expected = talent.pool(scope), recounted(scope)
    assert set(found["person_key"]) == set(expected["person_key"])
    assert found.height == expected.height > 0
    joined = found.join(expected, on="person_key", suffix="_again")
    assert (joined["ratings"] == joined["ratings_again"]).all()
    assert joined["rating"].to_list() == pytest.approx(joined["rating_again"].round(2).to_list(), abs=1e-9)


def test_nobody_without_consent_and_nobody_hired_is_in_it(employer: ScopeOf) -> None:
    scope = employer()
    pairs = mart(scope, "fct_person_host_outcomes")
    silent = set(pairs.filter(pl.col("is_contactable") == 0)["person_key"])
    hired = set(pairs.filter(pl.col("host_hired_date").is_not_null())["person_key"])
    assert silent
    assert hired
    assert not (silent | hired) & set(talent.pool(scope)["person_key"])


def test_the_pool_names_nobody_and_tells_nothing_of_other_employers(employer: ScopeOf) -> None:
    found = talent.pool(employer())
    assert not [name for name in found.columns if "name" in name or "email" in name or "elsewhere" in name]
    assert not {"institution_unitid", "school_type"} & set(found.columns)
    assert found["graduation_month"].drop_nulls().str.contains(r"^\d{4}-\d{2}$").all()


@pytest.mark.parametrize("filters", FILTERS)
@pytest.mark.parametrize("who", talent.WHO)
def test_the_rows_behind_a_part_of_the_pool_are_its_people(who: str, filters: Filters, employer: ScopeOf) -> None:
    scope = employer(filters)
    rows = talent.rows_of(scope, who)
    assert rows is not None
    people = talent.pool(scope, who)
    assert rows.counts()[0] == people.height == talent.counts(scope)[who]
    assert set(rows.all()["person_key"]) == set(people["person_key"])


def test_the_parts_of_the_pool_are_what_they_say(employer: ScopeOf) -> None:
    scope = employer()
    assert (talent.pool(scope, "rated")["rating"] >= 4).all()
    wanted = talent.pool(scope, "wanted")
    assert (wanted["would_hire"] == wanted["would_hire_answers"]).all()
    assert wanted["would_hire"].min() == 1
    today = scope.generation.as_of.date()
    months = talent.pool(scope, "graduating")["graduation_month"]
    assert months.min() >= f"{today:%Y-%m}"  # type: ignore[operator]
    assert months.max() <= f"{today + timedelta(366):%Y-%m}"  # type: ignore[operator]


def test_the_charts_count_the_whole_pool(employer: ScopeOf) -> None:
    scope = employer()
    size = talent.pool(scope).height
    for found in (talent.by_graduation(scope), talent.by_recency(scope)):
        assert found["people"].sum() == size
        assert set(found["band"]) == set(BANDS.values())
    lately = talent.pool(scope).filter(pl.col("last_completed") > scope.generation.as_of.date() - timedelta(181)).height
    first = talent.by_recency(scope).filter(pl.col("group") == "0-6")["people"].sum()
    assert abs(first - lately) <= 1


def test_the_tiles_are_counts_of_people_with_their_rows(employer: ScopeOf) -> None:
    for tile in talent_tiles.readings(employer()):
        assert tile.rows is not None
        assert tile.value == tile.rows.counts()[0]


def test_a_pool_can_be_taken_along(employer: ScopeOf) -> None:
    people = talent.pool(employer())
    for kind in ("csv", "xlsx", "parquet"):
        assert len(as_bytes(people, kind)) > 100  # type: ignore[arg-type]


def drawn(prior: Prior, total: float, count: int) -> float | None:
    found: float | None = pl.DataFrame({"rating_sum": [total], "ratings": [count]}).select(prior.drawn()).item()
    return found


def test_the_prior_by_hand() -> None:
    """Two persons rated 2, 2 and 4, 5.

    N = 4, K = 2, mean 3.25; within = (49 - (16/2 + 81/2)) / 2 = 0.25; between = (48.5 - 42.25 - 0.25) / (4 - 8/4) = 3;
    weight 1/12: the same numbers as in int_ratings_pooled's unit test. One rating of 5 is then drawn to
    (5 + 3.25/12) / (1 + 1/12) = 63.25/13.
    """
    sums = {"people": 2, "n": 4.0, "total": 13.0, "squares": 49.0, "mean_squares": 48.5, "crowding": 8.0}
    prior = talent.prior_of(sums)
    assert prior is not None
    assert (prior.mean, prior.weight) == pytest.approx((3.25, 1 / 12))
    assert drawn(prior, 5.0, 1) == pytest.approx(63.25 / 13)
    assert drawn(prior, 0.0, 0) is None


def test_people_who_differ_by_chance_are_all_drawn_to_the_mean_and_one_rating_each_tells_nothing() -> None:
    """Rated 2, 4 and 4, 4: between is 0, as in int_ratings_pooled's unit test."""
    same = talent.prior_of(
        {"people": 2, "n": 4.0, "total": 14.0, "squares": 52.0, "mean_squares": 50.0, "crowding": 8.0}
    )
    assert same == Prior(3.5, float("inf"))
    assert same is not None
    assert drawn(same, 4.0, 1) == 3.5
    once = talent.prior_of(
        {"people": 2, "n": 2.0, "total": 7.0, "squares": 25.0, "mean_squares": 25.0, "crowding": 2.0}
    )
    assert once == Prior(3.5, None)
    assert once is not None
    assert drawn(once, 4.0, 1) is None
    assert talent.prior_of({"people": 0, "n": 0.0}) is None


def test_of_two_equal_means_the_one_of_more_ratings_comes_first(employer: ScopeOf) -> None:
    found = talent.pool(employer())
    shrunk = found["shrunk_rating"].drop_nulls()
    assert shrunk.len() == found["rating"].drop_nulls().len() > 0
    assert shrunk.is_sorted(descending=True)
    assert found["shrunk_rating"].tail(found.height - shrunk.len()).is_null().all()
    best = found.filter(pl.col("rating") == 5)
    assert best["ratings"].is_sorted(descending=True)


POOL = pl.DataFrame({"rating": [5.0, 3.0, None]})


def test_the_pool_s_title_counts_the_well_rated() -> None:
    assert findings.pool(POOL).title == "3 people to invite back, 1 rated 4 or better"
    assert "elsewhere by now is not shown" in findings.pool(POOL).summary


@pytest.mark.parametrize(
    ("prior", "said"),
    [
        (None, "Nobody was rated yet"),
        (Prior(4.0, None), "nobody was rated twice"),
        (Prior(4.0, float("inf")), "no more than chance"),
        (Prior(4.0, 2.5), "drawn to our mean of 4.00 as if by 2.5 ratings more"),
    ],
)
def test_the_note_says_how_far_few_ratings_are_trusted(prior: Prior | None, said: str) -> None:
    assert said in findings.order(prior)
    assert "is not shown to employers" in findings.order(prior)


def groups(*counts: tuple[str, int, int, int]) -> pl.DataFrame:
    rows = [(group, band, count) for group, *each in counts for band, count in zip(BANDS.values(), each, strict=True)]
    return pl.DataFrame(rows, schema=["group", "band", "people"], orient="row")


def test_the_findings_name_the_term_and_the_share_that_worked_lately() -> None:
    ahead = groups(("Graduated", 4, 1, 0), ("Spring 2027", 2, 1, 0), ("Fall 2027", 1, 0, 0))
    assert findings.by_graduation(ahead).title == (
        "Of those still studying, Spring 2027 graduates the most: 3; 5 have graduated"
    )
    assert findings.by_graduation(ahead.head(3)).title == "Nobody in the pool is known to graduate later"
    lately = groups(("0-6", 2, 1, 0), ("24+", 3, 0, 0))
    assert findings.by_recency(lately).title == "50 % completed work in the last 6 months, 2 of them well rated"
    assert findings.by_recency(lately.clear()).title.startswith("\u2013 completed")


@pytest.mark.parametrize("mode", MODES)
def test_the_bars_stack_the_bands_and_write_the_total(mode: Mode) -> None:
    figure = charts.stacked(groups(("Graduated", 4, 1, 2), ("Spring 2027", 2, 1, 0)), mode)
    assert [list(trace.y) for trace in figure.data] == [[4, 2], [1, 1], [2, 0]]
    assert [each.text for each in figure.layout.annotations] == ["7", "3"]
    assert figure.data[2].marker.pattern.shape == "/"
