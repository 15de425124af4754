"""Values are read as the file and its mapping say, or quarantined; none is bent."""

import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.ingest import IngestReport

Ingest = Callable[..., IngestReport]

MAPPING = """
source = "northwind"
delivered_at = 2026-06-01T00:00:00Z
[[files]]
path = "{path}"
{dialect}
[files.entities.{entity}.fields]
{fields}
"""


def mapped(landing: Path, path: str, entity: str, fields: dict[str, str], dialect: str = "", more: str = "") -> None:
    lines = "\n".join(f"{name} = {value}" for name, value in fields.items())
    text = MAPPING.format(
        path=path, entity=entity, fields=lines, dialect=f"dialect = {{ {dialect} }}" if dialect else ""
    )
    (landing / "x.mapping.toml").write_text(text + more)


DOMAIN = {"employer_id": '"e"', "domain": '"d"', "verified_at": '"v"'}


def verified(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest, value: str, dialect: str
) -> datetime | str:
    """Return how one time is loaded under a dialect, or the rule that it breaks."""
    (landing / "x.csv").write_text(f'e,d,v\nE1,a.example,"{value}"\n')
    mapped(landing, "x.csv", "employer_domains", DOMAIN, dialect)
    ingest_all()
    held = warehouse.sql("select rule from quarantine.rows").fetchall()
    if held:
        return str(held[0][0])
    (loaded,) = warehouse.sql("select verified_at from raw.employer_domains").fetchall()[0]
    assert isinstance(loaded, datetime)
    return loaded


NEW_YORK = 'timezone = "America/New_York"'


@pytest.mark.parametrize(
    ("value", "dialect", "wanted"),
    [
        ("2025-01-01T10:00:00+05:00", "", datetime(2025, 1, 1, 5)),
        ("2025-01-01 10:00:00-0330", "", datetime(2025, 1, 1, 13, 30)),
        ("2025-01-01T10:00:00Z", "", datetime(2025, 1, 1, 10)),
        ("2025-01-01", "", datetime(2025, 1, 1)),
        ("2025-01-01 10:00:00+05:00", NEW_YORK, datetime(2025, 1, 1, 5)),
        ("2025-01-01 10:00:00", NEW_YORK, datetime(2025, 1, 1, 15)),
        ("2025-01-01", NEW_YORK, datetime(2025, 1, 1, 5)),
        ("12:30 31-01-2026", NEW_YORK + ', timestamp_formats = ["%H:%M %d-%m-%Y"]', datetime(2026, 1, 31, 17, 30)),
        ("31/01/2026 12:30 +0100", 'timestamp_formats = ["%d/%m/%Y %H:%M %z"]', datetime(2026, 1, 31, 11, 30)),
        ("1767225600000", 'epoch = "milliseconds"', datetime(2026, 1, 1)),
        ("1767225600", 'epoch = "seconds"', datetime(2026, 1, 1)),
        ("9223372036854775807", 'epoch = "milliseconds"', "wrong type"),
        ("infinity", "", "out of range"),
        ("31/01/2026", "", "wrong type"),
    ],
)
def test_a_time_is_utc_by_its_offset_or_by_the_declared_zone(
    landing: Path,
    warehouse: duckdb.DuckDBPyConnection,
    ingest_all: Ingest,
    value: str,
    dialect: str,
    wanted: datetime | str,
) -> None:
    assert verified(landing, warehouse, ingest_all, value, dialect) == wanted


@pytest.mark.parametrize(
    ("value", "dialect", "wanted"),
    [
        ("450.00", "", Decimal("450.00")),
        ("450.5", "", Decimal("450.50")),
        ("450.000", "", Decimal("450.00")),
        ("450.005", "", "wrong type"),
        ("1.500", 'decimal_mark = ","', "wrong type"),
        ("1500,5", 'decimal_mark = ","', Decimal("1500.50")),
        ("1.500,50", 'decimal_mark = ",", thousands_mark = "."', Decimal("1500.50")),
        ("1.50,50", 'decimal_mark = ",", thousands_mark = "."', "wrong type"),
        ("1,500.50", 'thousands_mark = ","', Decimal("1500.50")),
        ("1,5", 'thousands_mark = ","', "wrong type"),
        ("10,50", 'thousands_mark = ","', "wrong type"),
        ("US$ 2.250,00", 'currency = "US$", decimal_mark = ",", thousands_mark = "."', Decimal("2250.00")),
    ],
)
def test_an_amount_has_the_declared_marks_in_their_places(
    landing: Path,
    warehouse: duckdb.DuckDBPyConnection,
    ingest_all: Ingest,
    value: str,
    dialect: str,
    wanted: Decimal | str,
) -> None:
    (landing / "x.csv").write_text(f'c,e,m,t,a\n1,E1,2026-01-01,external_agency,"{value}"\n')
    fields = {"cost_id": '"c"', "employer_id": '"e"', "period_month": '"m"', "cost_type": '"t"', "amount_usd": '"a"'}
    mapped(landing, "x.csv", "costs", fields, dialect)
    ingest_all()
    loaded = warehouse.sql("select amount_usd from raw.costs").fetchall()
    held = warehouse.sql("select rule from quarantine.rows").fetchall()
    assert (loaded or held) == [(wanted,)]


def test_numbers_and_dates_that_parquet_types_are_not_rounded(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest
) -> None:
    pl.DataFrame(
        {
            "feedback_id": ["F1", "F2", "F3"],
            "engagement_id": ["E1", "E1", "E1"],
            "author_role": ["employer"] * 3,
            "rating": [4.0, 1.6, 5.0],
            "would_hire": [1, 0, 5],
            "submitted_at": [datetime(2026, 1, 1)] * 3,
        }
    ).write_parquet(landing / "feedback_2026-06-01.parquet")
    pl.DataFrame(
        {
            "cost_id": ["C1", "C2", "C3"],
            "employer_id": ["E1"] * 3,
            "period_month": [datetime(2026, 1, 1), datetime(2026, 1, 1), datetime(2026, 1, 1, 23, 59)],
            "cost_type": ["external_agency"] * 3,
            "amount_usd": [10.99, 10.999, 1.0],
        }
    ).write_parquet(landing / "costs_2026-06-01.parquet")
    ingest_all()
    assert warehouse.sql("select feedback_id, rating, would_hire from raw.feedback").fetchall() == [("F1", 4, True)]
    assert warehouse.sql("select cost_id, period_month, amount_usd from raw.costs").fetchall() == [
        ("C1", date(2026, 1, 1), Decimal("10.99"))
    ]
    assert warehouse.sql("select column_name, found from quarantine.rows order by 1, 2").fetchall() == [
        ("amount_usd", "10.999"),
        ("period_month", "2026-01-01 23:59:00"),
        ("rating", "1.6"),
        ("would_hire", "5"),
    ]


def test_the_declared_zone_and_epoch_hold_for_values_that_parquet_types(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest
) -> None:
    pl.DataFrame({"e": ["E1"], "d": ["a.example"], "v": [datetime(2025, 1, 1, 12)]}).write_parquet(
        landing / "x.parquet"
    )
    mapped(landing, "x.parquet", "employer_domains", DOMAIN, NEW_YORK)
    ingest_all()
    pl.DataFrame({"e": ["E2"], "d": ["b.example"], "v": [1767225600000]}).write_parquet(landing / "x.parquet")
    mapped(landing, "x.parquet", "employer_domains", DOMAIN, 'epoch = "milliseconds"')
    ingest_all()
    assert warehouse.sql("select verified_at from raw.employer_domains order by domain").fetchall() == [
        (datetime(2025, 1, 1, 17),),
        (datetime(2026, 1, 1),),
    ]


def test_a_folder_name_is_no_column(landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest) -> None:
    folder = landing / "state=NY"
    folder.mkdir()
    frame = pl.DataFrame({"employer_id": ["E1"], "name": ["A"], "state": ["CA"], "joined_at": [datetime(2025, 1, 1)]})
    frame.write_parquet(folder / "employers_2026-01-01.parquet")
    frame.with_columns(pl.lit("E2").alias("employer_id")).write_csv(folder / "employers_2026-01-02.csv")
    ingest_all()
    assert warehouse.sql("select employer_id, state from raw.employers order by 1").fetchall() == [
        ("E1", "CA"),
        ("E2", "CA"),
    ]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("end", ["", "\n"])
def test_a_record_that_the_reader_rejects_keeps_its_line_and_text(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest, newline: str, end: str
) -> None:
    lines = [
        "employer_id,name,joined_at",
        "E1,A,2025-01-01",
        "E2,A,2025-01-01,x,y",
        "E3,A,someday",
        "E4,A",
        "E5,A,2025-01-01",
    ]
    text = newline.join([*lines, end.replace("\n", newline)])
    (landing / "employers_2026-01-01.csv").write_text(text, newline="")
    (outcome,) = ingest_all().outcomes
    assert (outcome.read, outcome.loaded) == (5, 2)
    assert warehouse.sql("select line, raw_text from quarantine.rows order by line").fetchall() == [
        (3, lines[2]),
        (4, lines[3]),
        (5, lines[4]),
    ]


EVENTS = """case,act,at,n
C1,apply,15/12/2025 10:00,2
C1,screen,02/01/2026 10:00,1
C1,offer,10/01/2026 10:00,1
"""


@pytest.mark.parametrize("order", ["", 'order = "n"'])
def test_the_first_and_last_event_of_a_case_are_those_in_time(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest, order: str
) -> None:
    (landing / "x.csv").write_text(EVENTS)
    (landing / "x.mapping.toml").write_text(f"""
source = "northwind"
delivered_at = 2026-06-01T00:00:00Z
[[files]]
path = "x.csv"
dialect = {{ timestamp_formats = ["%d/%m/%Y %H:%M"] }}
[files.event_log]
case = "case"
activity = "act"
time = "at"
{order}
[files.event_log.activities]
apply = {{ event_type = "applied", rank = 0 }}
[files.entities.ats_applications.fields]
application_id = "case"
candidate_id = "case"
applied_at = {{ first = "at" }}
source_name = {{ last = "act" }}
[files.entities.ats_applications.constants]
system = "log"
employer_id = "E1"
""")
    ingest_all()
    assert warehouse.sql("select applied_at, source_name from raw.ats_applications").fetchall() == [
        (datetime(2025, 12, 15, 10), "offer")
    ]


def test_a_key_of_documents_may_come_late_and_an_object_is_no_text(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest
) -> None:
    base = {"employer_id": "E", "name": "A", "joined_at": "2025-01-01"}
    documents = [base | {"employer_id": f"E{n}"} for n in range(120)]
    documents[-1]["state"] = "CA"
    documents += [
        base | {"employer_id": "bad1", "name": {"a": 1}},
        base | {"employer_id": "bad2", "industry_naics": 51.1},
        base | {"employer_id": "bad3", "state": ["CA"]},
    ]
    (landing / "employers_2026-01-01.ndjson").write_text("\n".join(json.dumps(each) for each in documents))
    (outcome,) = ingest_all().outcomes
    assert (outcome.loaded, outcome.rules) == (120, {"wrong type": 3})
    assert warehouse.sql("select employer_id from raw.employers where state = 'CA'").fetchall() == [("E119",)]


def test_nested_documents_are_reached_by_dotted_paths(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest
) -> None:
    (landing / "x.json").write_text(json.dumps([{"company": {"id": "E1"}, "d": "a.example"}]))
    mapped(landing, "x.json", "employer_domains", {"employer_id": '"company.id"', "domain": '"d"'})
    ingest_all()
    assert warehouse.sql("select employer_id from raw.employer_domains").fetchall() == [("E1",)]


def test_nothing_is_made_of_a_blank(landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest) -> None:
    (landing / "x.csv").write_text(
        "a,p,s,at,st\n1,P,S,2026-01-01,NEW\n2,P,S,2026-01-01,\n3,P,S,2026-01-01,NA\n4,NA,S,2026-01-01,NEW\n"
        '5,{s},S,2026-01-01,NEW\n"  ",P,S,2026-01-01,NEW\n'
    )
    fields = {
        "application_id": '"a"',
        "project_id": '{ template = "{p}-{s}" }',
        "student_id": '"s"',
        "applied_at": '"at"',
        "status": '"st"',
    }
    mapped(
        landing,
        "x.csv",
        "applications",
        fields,
        'null_words = ["NA"]',
        '\n[files.entities.applications.values.status]\n"*" = "open"\n',
    )
    ingest_all()
    loaded = warehouse.sql("select application_id, project_id, status from raw.applications order by 1").fetchall()
    assert loaded == [("1", "P-S", "open"), ("2", "P-S", None), ("3", "P-S", None), ("5", "{s}-S", "open")]
    held = warehouse.sql("select line, column_name, rule from quarantine.rows order by line").fetchall()
    assert held == [(5, "project_id", "missing value"), (7, "application_id", "missing value")]


def test_a_sheet_counts_its_own_rows_and_an_empty_one_is_no_record(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest
) -> None:
    frame = pl.DataFrame(
        {"employer_id": ["E1", None, "E2"], "domain": ["a.example", None, None]}, schema_overrides={"domain": pl.String}
    )
    frame.write_excel(landing / "employer_domains_2026-01-01.xlsx", autofit=False)
    (outcome,) = ingest_all().outcomes
    assert (outcome.read, outcome.loaded, outcome.quarantined) == (2, 1, 1)
    assert warehouse.sql("select line, column_name from quarantine.rows").fetchall() == [(4, "domain")]
