"""An employer's extract: that employer's rows alone, keys of its own, no protected attribute, the same numbers."""

import multiprocessing
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise, product
from pathlib import Path

import duckdb
import polars as pl
import pytest

from dashboards.database import Connection, Generation, GoneGenerationError, Query, run
from dashboards.definitions import catalogue
from dashboards.extract import code, cutting, statements
from dashboards.extract.contacts import contacts_path
from dashboards.extract.cutting import extract_of, folder_of, path_of
from dashboards.extract.keys import derived, host_key
from dashboards.extract.rules import TABLES
from dashboards.extract.secret import NoExtractSecretError, extract_secret, key_file
from dashboards.extract.tables import COMMENTS, TOLD_DAYS
from dashboards.metrics import PlatformMetricError, values
from dashboards.rivals import BETTER, NOT_SURELY_BETTER, TOO_FEW
from dashboards.rows import rows_behind
from dashboards.scope import PERIODS, WINDOWS, Filters, Scope
from dashboards.slices import contacts, hires, maturity, outcome_tiles, outcomes, talent
from dashboards.slices.people import hosts
from pipelines.erasing.forgetting import drop_extracts
from pipelines.settings import Settings
from tests.conftest import ROOT

PROTECTED = {
    "gender",
    "race_ethnicity",
    "pell_recipient",
    "first_generation",
    "school_type",
    "institution_unitid",
    "gpa_band",
    "institution_name",
}
PERSON_KEYS = ("person_key", "student_key")
TEXT_OF_HOSTS = {
    "marts.dim_employers": ("employer_id", "name", "host_name"),
    "marts.fct_projects": ("project_id", "title"),
    "marts.fct_applications": ("application_id", "person_key", "student_key"),
    "marts.fct_engagements": ("engagement_id",),
    "marts.fct_hires": ("hire_id", "person_key"),
    "marts.fct_offers": ("offer_id", "application_id"),
    "marts.fct_costs": ("cost_id",),
}
"""Table -> columns whose values are one host's own."""


def scopes(generation: Generation, place: int) -> tuple[Scope, Scope]:
    """Return the scope of the employer so many places behind the largest, on the whole file and on its extract."""
    row = hosts(generation).row(place, named=True)
    whole = Scope(generation, "employer", row["host_id"], row["host_name"], tuple(row["employer_ids"]))
    return whole, replace(whole, generation=extract_of(generation, row["host_id"]))


def tables_of(generation: Generation) -> dict[str, dict[str, str]]:
    """Return the tables of a file: their columns with their types."""
    found = run(
        generation,
        Query("""
            select schema_name || '.' || table_name as name, column_name, data_type from duckdb_columns()
            where database_name = 'analytics' and schema_name in ('marts', 'meta')
            order by schema_name, table_name, column_index
        """),
    )
    held: dict[str, dict[str, str]] = {}
    for name, column, kind in found.iter_rows():
        held.setdefault(name, {})[column] = kind
    return held


def read(generation: Generation, table: str, columns: str = "*") -> pl.DataFrame:
    return run(generation, Query(f"select {columns} from analytics.{table}"))


def texts(generation: Generation) -> set[str]:
    """Return every text in every column of a file, whatever it is called."""
    found: set[str] = set()
    for table, columns in tables_of(generation).items():
        rows = read(generation, table, ", ".join(f'cast("{each}" as varchar) as "{each}"' for each in columns))
        for column in rows.columns:
            found |= set(rows[column].drop_nulls().unique())
    return found


# What it holds --------------------------------------------------------------------------------------------------------


def test_every_published_table_and_column_is_decided_on(generation: Generation) -> None:
    """A new mart is empty in extracts until somebody says in ``dashboards.extract.rules`` what employers may have."""
    published = tables_of(generation)
    assert set(published) == set(TABLES)
    for name, columns in published.items():
        rule = TABLES[name]
        if rule.kind in ("own", "scope", "employers"):
            assert rule.named == set(columns), f"{name}: decide on {rule.named ^ set(columns)}"


def test_a_table_and_a_column_that_nobody_decided_on_are_left_out(
    generation: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = statements.Table("marts.fct_projects", tables_of(generation)["marts.fct_projects"])
    unknown = replace(table, name="marts.fct_new", columns=table.columns)
    assert "where false" in statements.create(unknown)
    assert "host_id = $host" in statements.create(table), "the check would find rows"
    wider = replace(table, columns={**table.columns, "gpa_band": "VARCHAR"})
    assert 'cast(null as VARCHAR) as "gpa_band"' in statements.create(wider)


def test_it_has_the_tables_columns_types_comments_and_macros_of_the_whole_file(generation: Generation) -> None:
    own = scopes(generation, 0)[1].generation
    whole, cut = tables_of(generation), tables_of(own)
    assert {name: cut[name] for name in whole} == whole
    assert set(cut) - set(whole) == {f"marts.{name}" for name in COMMENTS}
    told = Query("""
        select table_name, column_name, comment from duckdb_columns() where database_name = 'analytics'
            and comment is not null and schema_name in ('marts', 'meta') order by all
    """)
    assert run(own, told).equals(run(generation, told))
    macros = Query("select function_name, macro_definition from duckdb_functions() where not internal order by all")
    assert run(own, macros).equals(run(generation, macros))
    assert run(own, macros).height >= 2


@pytest.mark.parametrize("place", [0, 1, 5])
def test_no_row_is_another_hosts(generation: Generation, place: int) -> None:
    whole, scope = scopes(generation, place)
    for name, columns in tables_of(scope.generation).items():
        rows = read(scope.generation, name)
        for column, allowed in (("host_id", {scope.host_id}), ("scope_id", {scope.host_id})):
            if column in columns:
                assert set(rows[column].drop_nulls()) <= allowed, name
        if "employer_id" in columns:
            assert set(rows["employer_id"].drop_nulls()) <= set(scope.employer_ids), name
    for name in ("fct_projects", "fct_applications", "fct_hires", "fct_person_host_outcomes"):
        theirs = read(generation, f"marts.{name}").filter(pl.col("host_id") == whole.host_id)
        assert read(scope.generation, f"marts.{name}").height == theirs.height > 0


def foreign_texts(generation: Generation, scope: Scope) -> set[str]:
    """Return the ids, names, titles and keys of all other hosts that the scope's host does not have itself."""
    others: set[str] = set()
    own: set[str] = set()
    for table, columns in TEXT_OF_HOSTS.items():
        rows = read(generation, table, ", ".join(("host_id", *columns)))
        for column in columns:
            own |= set(rows.filter(pl.col("host_id") == scope.host_id)[column].drop_nulls())
            others |= set(rows.filter(pl.col("host_id") != scope.host_id)[column].drop_nulls())
    return others - own


@pytest.mark.parametrize("place", [0, 3])
def test_no_text_of_another_host_is_in_it(generation: Generation, place: int) -> None:
    whole, scope = scopes(generation, place)
    strange = foreign_texts(generation, scope)
    assert len(strange) > 1000
    assert strange <= texts(generation), "the check finds them where they are"
    assert not strange & texts(scope.generation)
    blob = scope.generation.path.read_bytes()
    names = [each for each in strange if len(each) > 12]
    assert not [each for each in names if each.encode() in blob]
    assert str(whole.host_name).encode() in blob


@pytest.mark.parametrize("place", [0, 2])
def test_no_person_s_protected_attribute_school_or_grade_is_in_it(generation: Generation, place: int) -> None:
    scope = scopes(generation, place)[1]
    for name, columns in tables_of(scope.generation).items():
        rows = read(scope.generation, name)
        for column in PROTECTED & set(columns):
            assert rows[column].null_count() == rows.height, (name, column)
    everybody = read(generation, "marts.dim_students")
    assert everybody["gpa_band"].null_count() < everybody.height, "the check would find them in the whole file"
    assert read(scope.generation, "marts.dim_institutions").is_empty()
    assert read(scope.generation, "marts.agg_selection_cube").is_empty()
    assert read(scope.generation, "marts.agg_selection_shown").height > 0


@pytest.mark.parametrize("place", [0, 2])
def test_of_how_bands_and_schools_order_outcomes_it_holds_words_alone(generation: Generation, place: int) -> None:
    own = scopes(generation, place)[1].generation
    assert tables_of(own)["marts.agg_audition_signals"] == dict.fromkeys(
        ("outcome", "period", "predictor", "word"), "VARCHAR"
    )
    held = read(own, "marts.agg_audition_signals")
    assert set(held["word"]) <= {BETTER, NOT_SURELY_BETTER, TOO_FEW}
    keys = held.select("outcome", "period", "predictor")
    assert set(keys.iter_rows()) == set(product(hires.OUTCOMES, PERIODS, ("GPA band", "School type")))
    assert keys.is_unique().all()


# Keys -----------------------------------------------------------------------------------------------------------------


def persons(generation: Generation) -> set[str]:
    """Return every person's key in a file."""
    found: set[str] = set()
    for name, columns in tables_of(generation).items():
        for column in set(PERSON_KEYS) & set(columns):
            found |= set(read(generation, name, column)[column].drop_nulls())
    return found


def test_two_hosts_share_no_person_s_key_and_none_is_the_whole_file_s(generation: Generation) -> None:
    first, second = (persons(scopes(generation, place)[1].generation) for place in (0, 1))
    both = [
        set(read(generation, "marts.fct_applications").filter(pl.col("host_id") == host)["person_key"])
        for host in hosts(generation)["host_id"].head(2)
    ]
    assert both[0] & both[1], "some applied to both"
    assert first
    assert second
    assert not first & second
    assert not (first | second) & persons(generation)
    assert all(len(each) == 16 and int(each, 16) >= 0 for each in first)


def test_keys_differ_from_generation_to_generation_and_by_the_secret(
    generation: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = host_key(generation, "host")
    assert derived(key, "person") == derived(host_key(generation, "host"), "person")
    assert derived(key, "person") != derived(host_key(replace(generation, identifier="next"), "host"), "person")
    assert derived(key, "person") != derived(host_key(generation, "other"), "person")
    monkeypatch.setenv("THROUGHLINE_EXTRACT_SECRET", "another secret of some length")
    assert derived(key, "person") != derived(host_key(generation, "host"), "person")


@pytest.mark.parametrize("place", [0, 2])
def test_keys_join_within_an_extract_as_in_the_whole_file(generation: Generation, place: int) -> None:
    whole, scope = scopes(generation, place)
    text = """
        select count(*) as n, count(distinct person_key) as people, count(distinct person_host_key) as pairs
        from analytics.marts.fct_applications as applications
        left join (
            select person_host_key, host_hired_date from analytics.marts.fct_person_host_outcomes
        ) as pairs using (person_host_key)
        left join (select person_key, max(start_date) as started from analytics.marts.fct_hires
            where host_id = $host group by person_key) as hires using (person_key)
        where host_id = $host and (host_hired_date is not null or started is not null)
    """
    ours, theirs = (run(each.generation, Query.of(text, each.parameters())) for each in (scope, whole))
    assert ours.equals(theirs)
    assert ours["n"][0] > 0
    pairs = read(scope.generation, "marts.fct_person_host_outcomes", "person_key, person_host_key, host_id")
    assert (pairs["person_key"] + ":" + pairs["host_id"] == pairs["person_host_key"]).all()


def test_the_secret_is_made_once_readable_by_its_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THROUGHLINE_EXTRACT_KEY_FILE", str(tmp_path / "secrets" / "extract.key"))
    first = extract_secret()
    assert len(first) >= 32
    assert extract_secret() == first
    assert key_file().stat().st_mode & 0o777 == 0o600
    assert key_file().parent.stat().st_mode & 0o777 == 0o700
    key_file().write_text("short")
    with pytest.raises(NoExtractSecretError, match="at least 16 characters"):
        extract_secret()
    monkeypatch.setenv("THROUGHLINE_EXTRACT_KEY_FILE", str(tmp_path / "secrets" / "extract.key" / "below"))
    with pytest.raises(NoExtractSecretError, match="THROUGHLINE_EXTRACT_KEY_FILE"):
        extract_secret()


# Numbers --------------------------------------------------------------------------------------------------------------


def countable(scope: Scope) -> Iterator[str]:
    """Yield the simple metrics that can be asked of one employer."""
    known = catalogue(scope.generation)
    for name, metric in known.metrics.items():
        rule = TABLES[f"marts.{known.model(name).mart}"]
        if metric.kind == "simple" and rule.kind not in ("empty", "made"):
            yield name


def as_if_unknown(scope: Scope) -> dict[str, int]:
    """Count the completers of a scope on the whole file as if nobody knew of a start elsewhere, without our SQL."""
    (as_of,) = read(scope.generation, "meta.build_facts", "max(cast(as_of as date))").row(0)
    pairs = read(scope.generation, OUTCOMES).filter(pl.col("is_pre_existing") == 0, host_id=scope.host_id)
    completed, ready, watched_to = (pl.col(each) for each in ("completed_date", "readiness_date", "follow_up_ends_at"))
    start = pl.col("host_hired_date")
    hired = pl.when(start <= watched_to).then(start)
    year, mature = completed + timedelta(365), pl.col("is_mature_365_days") == 1
    due, known_hire = year <= as_of, (year <= as_of) & (hired <= year).fill_null(value=False)
    offered, intern_offered = (pl.col(f"first_{each}_offer_at").dt.date() for each in ("full_time", "internship"))
    counted = {
        "completers_at_risk": pl.coalesce(hired, watched_to) > completed + pl.duration(days="entry_days"),
        "completers_ready": ready.is_not_null(),
        "completers_with_unknown_graduation": ready.is_null(),
        "completers_due_365_days": due,
        "completers_with_known_outcome": due & (mature | known_hire),
        "completers_with_unknown_outcome": due & ~(mature | known_hire),
        "hires_known_365_days": known_hire,
        "hires_known_or_unknown_365_days": due & (known_hire | ~mature),
        "offers_within_365_days": mature & (pl.min_horizontal(offered, start) <= year),
        "internship_offers_within_365_days": mature & (intern_offered <= year),
        "internships_within_365_days": mature & (pl.col("first_internship_start_date") <= year),
    }
    for days, window in ((each, timedelta(each)) for each in WINDOWS):
        watched = pl.col(f"is_mature_{days}_days") == 1
        readied = (pl.col("readiness_entry_days") == 0) & (ready + window <= watched_to)
        counted |= {
            f"completers_mature_{days}_days": watched,
            f"hires_within_{days}_days": watched & (hired <= completed + window),
            f"completers_ready_mature_{days}_days": readied,
            f"hires_from_readiness_within_{days}_days": readied & (hired <= ready + window),
        }
    applicants = read(scope.generation, "marts.fct_person_host_applications").filter(is_selected_mature_545_days=1)
    in_time = pairs.filter(hired <= year).join(applicants, on=["person_key", "host_id"])
    return {
        **pairs.select(each.fill_null(value=False).sum().alias(name) for name, each in counted.items()).row(
            0, named=True
        ),
        "completers_employed_elsewhere": 0,
        "applicant_hires_545_days": in_time.filter(start <= pl.col("first_applied_date") + timedelta(545)).height,
    }


@pytest.mark.parametrize("place", [0, 1, 4])
def test_metrics_are_those_of_the_whole_file(generation: Generation, place: int) -> None:
    """All are equal but those that follow from starts elsewhere, which are as if nobody knew of one."""
    whole, scope = scopes(generation, place)
    untold = as_if_unknown(whole)
    compared, different = 0, 0
    for name in countable(whole):
        try:
            theirs = values(whole, [name])[name][0]
        except PlatformMetricError:
            continue
        ours = values(scope, [name])[name][0]
        assert ours == pytest.approx(untold.pop(name, theirs)), name
        different += ours != theirs
        compared += bool(theirs)
    assert compared > 60
    assert not untold, "each was compared"
    assert different > 0, "somebody started elsewhere"


# Starts elsewhere -----------------------------------------------------------------------------------------------------


OUTCOMES = "marts.fct_person_host_outcomes"
FLAGS = (
    "is_employed_elsewhere", "is_eligible", "is_at_risk", "is_at_risk_from_readiness", "is_mature_completer",
    "is_offered_365_days", "is_internship_offered_365_days", "is_interned_365_days", "is_due_365_days",
    "is_known_365_days", "is_known_hire_365_days",
    *(f"is_{each}_{days}_days" for days in WINDOWS for each in ("hired", "ready_mature", "hired_from_readiness")),
)  # fmt: skip
"""Columns of a pair that follow from a start elsewhere, besides what ended its wait."""


def another_world(generation: Generation, folder: Path) -> Generation:
    """Return a copy in which whoever started elsewhere did not, and all others did; what follows is turned around."""
    copy = copy_of(generation, folder)
    flags = ", ".join(f"{each} = 1 - {each}" for each in FLAGS)
    with duckdb.connect(str(copy.path)) as connection:
        connection.execute(f"""
            update {OUTCOMES} set {flags}, event = 'none', event_code = 0, exit_days = 7, readiness_event_code = null,
                readiness_exit_days = 7, elsewhere_hired_date =
                    case when elsewhere_hired_date is null then completed_date + 40 end
        """)
        connection.execute(
            "update marts.fct_person_host_applications set is_hired_545_days = 1 - is_hired_545_days "
            "where is_selected_mature_545_days = 1"
        )
    return copy


def test_no_row_of_an_extract_depends_on_a_start_elsewhere(generation: Generation, tmp_path: Path) -> None:
    """All that an employer counts, filters and opens is in its extract: of two worlds it holds the same rows."""
    other = another_world(generation, tmp_path)
    for host in hosts(generation)["host_id"].head(8):
        ours, theirs = (extract_of(each, host) for each in (generation, other))
        for table in (OUTCOMES, "marts.fct_person_host_applications"):
            rows = read(ours, table)
            assert rows.sort(rows.columns).equals(read(theirs, table).sort(rows.columns)), (host, table)
        own = ("day", "at_risk_count", "host_count", "host_incidence", "host_lower", "host_upper")
        curves = [read(each, "marts.agg_hire_through_curve", f"clock, {', '.join(own)}") for each in (ours, theirs)]
        assert curves[0].equals(curves[1]), host
        known = read(ours, OUTCOMES, "is_employed_elsewhere, elsewhere_hired_date")
        assert known.null_count().row(0) == (known.height, known.height)


CELLS = "select distinct category, term_label from analytics.marts.fct_person_host_outcomes order by all"
MARKS = ("hire_through_matured", "offer_through", "hire_through_of_applicants", "hire_through_lower_bound")


def shown(scope: Scope) -> Iterator[object]:
    """Yield all that the Hire-through page says of completers under the filters, and the rows behind it."""
    counts = maturity.maturity(scope)
    found = outcome_tiles.rate_readings(scope, MARKS)
    readings = [*found.values(), *outcome_tiles.curve_readings(
        scope, outcomes.incidences(outcomes.curve(scope)), maturity.meters(counts)
    )]  # fmt: skip
    yield from (counts.rows(), maturity.meters(counts).rows(), outcomes.curve(scope).rows())
    for each in readings:
        yield each.name, each.value, each.numerator, each.denominator, each.mature_share, each.unknown
        if each.rows is not None:
            opened = each.rows.all()
            yield each.name, sorted(map(str, opened.rows()))
            assert opened.height == (each.denominator or 0), each.name


def test_under_no_filter_does_a_figure_or_a_row_tell_of_a_start_elsewhere(
    generation: Generation, tmp_path: Path
) -> None:
    """Of each category and term, in two worlds, page and rows say the same."""
    scope = scopes(generation, 0)[1]
    twin = replace(scope, generation=extract_of(another_world(generation, tmp_path), str(scope.host_id)))
    cells = run(scope.generation, Query(CELLS)).rows()
    assert len(cells) > 10
    for category, term in cells:
        filters = Filters(chosen=(("category", (category,)), ("term_label", (term,))))
        ours, theirs = (list(shown(replace(each, filters=filters))) for each in (scope, twin))
        assert ours == theirs, (category, term)


def test_all_completers_are_in_the_rows_by_name_as_eligible(generation: Generation) -> None:
    """Nobody lacks for a start elsewhere: only whom the host knew before is left out, which it knows."""
    scope = scopes(generation, 0)[1]
    behind = rows_behind(scope, "completers_mature_365_days")
    assert behind is not None
    mature = pl.col("is_mature_365_days") == 1
    known = read(scope.generation, OUTCOMES).filter(mature & (pl.col("is_pre_existing") == 0))
    assert set(behind.all()["person_key"]) == set(known["person_key"])
    whole = read(generation, OUTCOMES).filter(mature & (pl.col("host_id") == scope.host_id))
    assert known.height > whole["is_eligible"].sum(), "some work elsewhere, and do not lack"


@pytest.mark.parametrize("stage", ["hired", "offered"])
@pytest.mark.parametrize("place", [0, 1, 4])
def test_group_tables_count_the_completers_that_an_employer_holds(
    generation: Generation, place: int, stage: str
) -> None:
    """Of a difference between the two, an employer could tell who had started elsewhere."""
    whole, scope = scopes(generation, place)
    flag = {"hired": "is_hired_365_days", "offered": "is_offered_365_days"}[stage]
    own = read(scope.generation, OUTCOMES).filter(is_mature_completer=1)
    held = own.group_by("term_label", "major_family").agg(pl.len(), pl.sum(flag))
    cube = read(generation, "marts.agg_selection_cube").filter(
        scope_id=whole.host_id, stage=stage, group_dimension="major_family", is_part=1
    )
    told = cube.select("period_label", "group_value", "unit_count", "advanced_count")
    assert sorted(told.rows(), key=str) == sorted(held.rows(), key=str)
    assert told["unit_count"].sum() > 2


def test_moving_starts_elsewhere_within_their_month_changes_nothing(generation: Generation, tmp_path: Path) -> None:
    """An extract of a file in which each start elsewhere is on another day of its month is the same extract."""
    first = hosts(generation)["host_id"][0]
    moved = copy_of(generation, tmp_path)
    with duckdb.connect(str(moved.path)) as connection:
        connection.execute(f"""
            update {OUTCOMES}
            set elsewhere_hired_date =
                cast(date_trunc('month', elsewhere_hired_date) as date) + 27
                - cast(day(elsewhere_hired_date) % 20 as integer)
            where date_trunc('month', elsewhere_hired_date) > completed_date
        """)
    assert not read(moved, OUTCOMES)["elsewhere_hired_date"].equals(read(generation, OUTCOMES)["elsewhere_hired_date"])
    before, after = (read(extract_of(each, first), "marts.agg_hire_through_curve") for each in (generation, moved))
    assert before["elsewhere_incidence"].drop_nulls().len() > 0
    assert before.equals(after)


def test_starts_elsewhere_are_told_without_a_filter_alone(generation: Generation) -> None:
    scope = scopes(generation, 0)[1]
    assert outcomes.tells_of_elsewhere(outcomes.curve(scope))
    assert not maturity.maturity(scope)["is_elsewhere_told"][0]
    for filters in (Filters("Last 36 months"), Filters(chosen=(("category", ("sales", "marketing")),))):
        narrow = replace(scope, filters=filters)
        assert not outcomes.tells_of_elsewhere(outcomes.curve(narrow))
        assert maturity.standing(outcomes.incidences(outcomes.curve(narrow))).is_empty()


def test_starts_elsewhere_are_told_at_the_windows_and_never_by_the_day(generation: Generation) -> None:
    """A step says in which month or two somebody started, not on which day after completing."""
    scope = scopes(generation, 0)[1]
    curve = read(scope.generation, "marts.agg_hire_through_curve").filter(pl.col("clock") == "completion").sort("day")
    steps = curve.filter(pl.col("elsewhere_incidence").diff() > 0)["day"]
    grid = [each for each in TOLD_DAYS if each <= curve["day"].max()]
    assert set(WINDOWS) <= set(TOLD_DAYS)
    assert min(later - earlier for earlier, later in pairwise(TOLD_DAYS)) >= 30
    assert steps.len() > 3
    for day in steps:
        before = curve.filter(pl.col("day") < day)["day"].max()
        assert any(before < each <= day for each in grid), day


def test_few_starts_elsewhere_are_not_told_at_all(generation: Generation, tmp_path: Path) -> None:
    first = hosts(generation)["host_id"][0]
    copy = copy_of(generation, tmp_path)
    with duckdb.connect(str(copy.path)) as connection:
        connection.execute(
            """
            update marts.fct_person_host_outcomes set elsewhere_hired_date = null where host_id = ? and
            person_key not in (
                select person_key from marts.fct_person_host_outcomes
                where host_id = ? and event = 'elsewhere' and is_at_risk = 1 order by person_key limit 2
            )
            """,
            [first, first],
        )
    curve = read(extract_of(copy, first), "marts.agg_hire_through_curve")
    assert curve.height > 0
    assert (
        curve.select(pl.col("elsewhere_count", "elsewhere_incidence", "survival").is_null().all()).row(0) == (True,) * 3
    )
    assert curve["host_incidence"].null_count() == 0


# Files ----------------------------------------------------------------------------------------------------------------


def copy_of(generation: Generation, folder: Path, name: str = "20260101T000000Z-copied") -> Generation:
    """Return a copy of a generation that may be written."""
    home = folder / "generations" / name
    home.mkdir(parents=True)
    for file in ("analytics.duckdb", "restricted.duckdb"):
        shutil.copyfile(generation.path.with_name(file), home / file)
    return replace(generation, path=home / "analytics.duckdb")


def test_an_extract_lies_with_its_generation_readable_by_its_owner_alone(
    generation: Generation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("THROUGHLINE_EXTRACTS")
    copy = copy_of(generation, tmp_path)
    first = hosts(generation)["host_id"][0]
    cut = extract_of(copy, first).path
    assert cut.parent == copy.path.parent / "extracts"
    assert cut.parent.stat().st_mode & 0o777 == 0o700
    assert {each.stat().st_mode & 0o777 for each in cut.parent.glob("*.duckdb")} == {0o400}
    assert not [each for each in cut.parent.iterdir() if each.suffix not in (".duckdb", ".lock")]
    assert first not in cut.name
    shutil.rmtree(copy.path.parent)
    with pytest.raises(GoneGenerationError):
        extract_of(replace(copy, identifier="later"), first)
    monkeypatch.setattr(cutting, "_is_known", lambda *_: True)  # As if it went a moment later.
    with pytest.raises(GoneGenerationError):
        extract_of(replace(copy, identifier="later"), first)
    assert not copy.path.parent.exists(), "a generation that is gone is not made again"


@pytest.mark.parametrize("is_pointed_past", [True, False])
def test_a_cut_that_an_erasure_overtakes_says_that_the_generation_is_gone_and_not_to_mend_a_folder(
    generation: Generation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_pointed_past: bool
) -> None:
    copy, first = copy_of(generation, tmp_path), hosts(generation)["host_id"][0]
    write = cutting.write

    def overtaken(connection: Connection, whole: Generation, host_id: str) -> None:
        write(connection, whole, host_id)
        monkeypatch.setattr(cutting, "is_erased", lambda _: is_pointed_past)
        if not is_pointed_past:
            shutil.rmtree(copy.path.parent)
        raise OSError(2, "No such file or directory")

    monkeypatch.setattr(cutting, "write", overtaken)
    with pytest.raises(GoneGenerationError):
        extract_of(copy, first)


def test_elsewhere_extracts_of_generations_that_are_gone_are_removed(
    generation: Generation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THROUGHLINE_EXTRACTS", str(tmp_path / "base"))
    older, newer = (replace(copy_of(generation, tmp_path, name), identifier=name) for name in ("one", "two"))
    first, second = hosts(generation)["host_id"].head(2)
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "of-somebody-else").mkdir()
    gone = extract_of(older, first).path
    assert gone.exists()
    shutil.rmtree(older.path.parent)
    kept = extract_of(newer, first).path
    assert not gone.exists()
    assert kept.exists()
    extract_of(newer, second)
    assert kept.exists()
    assert (tmp_path / "base" / "of-somebody-else").exists()


def test_an_erasure_removes_the_extracts_of_all_other_generations_elsewhere_too(
    generation: Generation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THROUGHLINE_EXTRACTS", str(tmp_path / "base"))
    monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path))
    published = tmp_path / "published"
    older, newer = (replace(copy_of(generation, published, name), identifier=name) for name in ("one", "two"))
    other = replace(copy_of(generation, tmp_path / "another", "one"), identifier="one")
    first = hosts(generation)["host_id"][0]
    cut = [extract_of(each, first).path for each in (older, newer, other)]
    drop_extracts(Settings(), "two")
    assert [each.exists() for each in cut] == [False, True, True]


def test_a_half_written_extract_is_never_opened(
    generation: Generation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = copy_of(generation, tmp_path)
    first = hosts(generation)["host_id"][0]

    def broken(*_: object) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(cutting, "fill_curves", broken)
        with pytest.raises(cutting.NoExtractError, match="THROUGHLINE_EXTRACTS"):
            extract_of(copy, first)
    path = path_of(copy, first)
    assert not path.exists()
    assert not list(path.parent.glob("*.draft*"))
    path.with_suffix(".draft").write_bytes(b"left by a process that was killed")
    path.with_suffix(".draft.wal").write_bytes(b"and its log")
    assert read(extract_of(copy, first), "marts.fct_projects").height > 0
    assert not list(path.parent.glob("*.draft*"))


def cut_one(generation: Generation, host_id: str, counts: "multiprocessing.Queue[int]") -> None:
    counts.put(read(extract_of(generation, host_id), "marts.fct_applications").height)


def test_two_processes_at_once_end_with_one_good_file(generation: Generation, tmp_path: Path) -> None:
    copy, (first, *_) = copy_of(generation, tmp_path), hosts(generation)["host_id"]
    spawned = multiprocessing.get_context("spawn")
    counts: multiprocessing.Queue[int] = spawned.Queue()
    workers = [spawned.Process(target=cut_one, args=(copy, first, counts)) for _ in range(2)]
    for worker in workers:
        worker.start()
    found = [counts.get(timeout=120) for _ in workers]
    for worker in workers:
        worker.join(60)
    whole = read(generation, "marts.fct_applications").filter(pl.col("host_id") == first).height
    assert found == [whole, whole]
    cut = sorted(each.name for each in folder_of(copy).glob("*.duckdb"))
    assert cut == sorted(each.name for each in (path_of(copy, first), contacts_path(path_of(copy, first))))


def test_an_unknown_host_has_an_extract_without_a_row_that_is_anybody_s(generation: Generation) -> None:
    unknown, nobody = (extract_of(generation, host) for host in ("no such host' or 'a' = 'a", ""))
    assert unknown.path == nobody.path
    for name, columns in tables_of(unknown).items():
        if {"host_id", "scope_id", "employer_id"} & set(columns):
            assert read(unknown, name).is_empty(), name
    scope = Scope(unknown, "employer", "no such host")
    assert values(scope, ["applications"])["applications"][0] == 0


def test_an_extract_of_other_code_is_not_used(generation: Generation, monkeypatch: pytest.MonkeyPatch) -> None:
    first = hosts(generation)["host_id"][0]
    before = path_of(generation, first)
    monkeypatch.setattr(cutting, "code_digest", lambda: b"of later code")
    assert path_of(generation, first) != before


def test_all_of_our_code_that_runs_at_a_cut_decides_on_an_extract() -> None:
    """Also what is imported on the way: a threshold, a statement or an interval may stand anywhere."""
    told = "import sys, dashboards.extract.cutting; print(*(each.__file__ for name, each in sys.modules.items() "
    told += "if name.partition('.')[0] == 'dashboards'), sep='\\n')"
    loaded = subprocess.run([sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    deciding = {str(each) for each in code.deciding()}
    assert len(loaded.split()) > 30
    assert set(loaded.split()) <= deciding
    assert not [each for each in deciding if "/views/" in each or "/components/" in each], "else it is cut too often"


@pytest.mark.parametrize(
    "name", ["slices/fairness_tables.py", "scope.py", "concordance.py", "intervals.py", "fairness/suppression.py"]
)
def test_a_change_of_what_decides_makes_another_extract(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = code.code_digest()
    copied = tmp_path / "dashboards"
    shutil.copytree(code.ROOM, copied, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(code, "ROOM", copied)
    assert code.code_digest.__wrapped__() == before
    with (copied / name).open("a") as file:
        file.write("# mended\n")
    assert code.code_digest.__wrapped__() != before


# Contacts -------------------------------------------------------------------------------------------------------------


def named(generation: Generation) -> pl.DataFrame:
    """Return all contacts of a generation."""
    with duckdb.connect(str(generation.path.with_name("restricted.duckdb")), read_only=True) as connection:
        return connection.execute("select * from contacts").pl()


@pytest.mark.parametrize("place", [0, 1])
def test_contacts_are_of_those_who_worked_there_and_agreed(generation: Generation, place: int) -> None:
    scope = scopes(generation, place)[1]
    found, everybody = contacts.contacts(scope), named(generation)
    theirs = everybody.filter(pl.col("employer_id").is_in(scope.employer_ids))
    assert found.height == theirs["student_key"].n_unique() > 0
    assert set(found["email"]) == set(theirs["email"])
    assert set(everybody["email"].drop_nulls()) - set(found["email"]), "others have contacts of their own"
    agreed = read(scope.generation, "marts.fct_person_host_outcomes").filter(pl.col("is_contactable") == 1)
    assert set(agreed["person_key"]) & set(found["person_key"])
    keys = {each: derived(host_key(generation, str(scope.host_id)), each) for each in theirs["student_key"]}
    assert set(found["person_key"]) == set(keys.values())
    assert contacts_path(scope.generation.path).stat().st_mode & 0o777 == 0o400


def test_a_name_is_shown_to_the_employer_alone_and_stands_in_no_other_file(generation: Generation) -> None:
    scope = scopes(generation, 0)[1]
    for role in ("leadership", "analyst", "admin"):
        assert contacts.contacts(replace(scope, role=role)).is_empty()
    addresses = set(named(generation)["email"].drop_nulls())
    assert addresses
    assert not addresses & texts(scope.generation)
    assert not addresses & texts(generation)
    blob = scope.generation.path.read_bytes()
    assert not [each for each in addresses if each.encode() in blob]


def test_the_pool_is_reached_in_its_order_and_says_how_many_agreed(generation: Generation) -> None:
    scope = scopes(generation, 0)[1]
    people = talent.pool(scope)
    reached = contacts.reachable(scope, people)
    assert reached.height == people.height
    assert reached["person_key"].to_list() == people["person_key"].to_list()
    assert reached["email"].null_count() < reached.height
    agreed, completers = contacts.agreed(scope)
    assert people.height <= agreed < completers


def test_a_generation_without_contacts_is_cut_all_the_same(generation: Generation, tmp_path: Path) -> None:
    copy = copy_of(generation, tmp_path)
    copy.path.with_name("restricted.duckdb").unlink()
    row = hosts(generation).row(0, named=True)
    scope = Scope(extract_of(copy, row["host_id"]), "employer", row["host_id"], "", tuple(row["employer_ids"]))
    assert contacts.contacts(scope).is_empty()
    assert talent.pool(scope).height > 0
