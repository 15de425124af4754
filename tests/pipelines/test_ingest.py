import json
import shutil
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.ingest import IngestReport, ingest
from pipelines.ledger import Batch
from pipelines.reconcile import entity_problems

Ingest = Callable[..., IngestReport]
HEADER = "application_id,project_id,student_id,applied_at,status\n"
GOOD = "A1,P1,S1,2026-01-05T10:00:00Z,open\n"


def applications(landing: Path, body: str, name: str = "applications_2026-02-01.csv") -> Path:
    path = landing / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEADER + body, newline="")
    return path


def rows(warehouse: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[object, ...]]:
    return warehouse.sql(sql).fetchall()


def quarantined(warehouse: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return rows(warehouse, "select line, column_name, rule, found from quarantine.rows order by line")


def test_rows_carry_source_file_and_delivery(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest
) -> None:
    applications(landing, GOOD)
    (outcome,) = ingest_all().outcomes
    assert (outcome.read, outcome.loaded, outcome.quarantined) == (1, 1, 0)
    assert rows(
        warehouse,
        "select application_id, applied_at, _source, _delivered_at, _batch_id, _is_deleted from raw.applications",
    ) == [("A1", datetime(2026, 1, 5, 10), "platform", datetime(2026, 2, 1), "batch-001", False)]


@pytest.mark.parametrize(
    ("row", "column", "rule", "found"),
    [
        ("A2,P1,S1,yesterday,open", "applied_at", "wrong type", "yesterday"),
        ("A2,P1,S1,,open", "applied_at", "missing value", None),
        ("A2,P1,S1,epoch,open", "applied_at", "out of range", "epoch"),
        ("A2,P1,S1,infinity,open", "applied_at", "out of range", "infinity"),
        ("A2,P1,S1,2026-03-01T00:00:00Z,open", "applied_at", "in the future", "2026-03-01T00:00:00Z"),
        ("A2,P1,S1,2026-01-05T10:00:00Z,perhaps", "status", "value not allowed", "perhaps"),
        ("A2,,S1,2026-01-05T10:00:00Z,open", "project_id", "missing value", None),
        ("A2,P1,S1,2026-01-05T10:00:00Z", "status", "too few fields", "4 fields"),
        ("A2,P1,S1,2026-01-05T10:00:00Z,open,more", None, "too many fields", "6 fields"),
        ('A2,"P1"x,S1,2026-01-05T10:00:00Z,open', "project_id", "malformed quote", None),
        ("A1,P2,S1,2026-01-05T10:00:00Z,open", "application_id", "duplicate key", "A1"),
        ("A2,P\x00,S1,2026-01-05T10:00:00Z,open", None, "NUL byte", "a NUL byte"),
    ],
)
def test_a_row_that_does_not_conform_is_quarantined_with_line_column_and_rule(
    landing: Path,
    warehouse: duckdb.DuckDBPyConnection,
    ingest_all: Ingest,
    row: str,
    column: str | None,
    rule: str,
    found: str | None,
) -> None:
    applications(landing, GOOD + row + "\n" + GOOD.replace("A1", "A3"))
    (outcome,) = ingest_all().outcomes
    assert (outcome.read, outcome.loaded, outcome.quarantined) == (3, 2, 1)
    (held,) = quarantined(warehouse)
    assert held[:3] == (3, column, rule)
    if found is not None:
        assert held[3] == found
    assert rows(warehouse, "select application_id from raw.applications order by 1") == [("A1",), ("A3",)]
    (text,) = rows(warehouse, "select raw_text from quarantine.rows")[0]
    assert text == row.replace("\x00", "\N{SYMBOL FOR NULL}")


@pytest.mark.parametrize(
    ("entity", "column", "value", "rule"),
    [
        ("feedback", "rating", "1.6", "wrong type"),
        ("feedback", "rating", "1e2", "wrong type"),
        ("feedback", "rating", "6", "out of range"),
        ("feedback", "would_hire", "perhaps", "wrong type"),
        ("engagements", "amount_paid_usd", "450.005", "wrong type"),
        ("engagements", "amount_paid_usd", "$450", "wrong type"),
        ("engagements", "amount_paid_usd", "-1", "out of range"),
        ("engagements", "due_at", "99999-01-01", "out of range"),
        ("employments", "end_date", "2026-01-05T10:30:00Z", "wrong type"),
        ("employments", "end_date", "31/12/2025", "wrong type"),
    ],
)
def test_values_that_readers_would_bend_are_quarantined(
    landing: Path,
    warehouse: duckdb.DuckDBPyConnection,
    ingest_all: Ingest,
    entity: str,
    column: str,
    value: str,
    rule: str,
) -> None:
    required = {
        "feedback": {
            "feedback_id": "F1",
            "engagement_id": "E1",
            "author_role": "employer",
            "submitted_at": "2026-01-01T00:00:00Z",
        },
        "engagements": {"engagement_id": "E1", "application_id": "A1", "accepted_at": "2026-01-01T00:00:00Z"},
        "employments": {"employment_id": "M1", "start_date": "2026-01-01"},
    }[entity]
    row = {**required, column: value}
    (landing / f"{entity}_2026-02-01.csv").write_text(f"{','.join(row)}\n{','.join(row.values())}\n")
    ingest_all()
    (held,) = quarantined(warehouse)
    assert held[:3] == (2, column, rule)


def test_planned_dates_may_lie_ahead(landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest) -> None:
    (landing / "engagements_2026-02-01.csv").write_text(
        "engagement_id,application_id,accepted_at,due_at\nE1,A1,2026-01-30T00:00:00Z,2026-02-20T00:00:00Z\n"
    )
    (outcome,) = ingest_all().outcomes
    assert (outcome.loaded, outcome.quarantined) == (1, 0)


def test_an_exact_repeat_is_counted_as_unchanged(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest
) -> None:
    applications(landing, GOOD * 3)
    (outcome,) = ingest_all().outcomes
    assert (outcome.read, outcome.loaded, outcome.unchanged, outcome.quarantined) == (3, 1, 2, 0)


def test_columns_are_matched_by_name_not_by_place(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest
) -> None:
    (landing / "employer_domains.csv").write_text("domain,extra,employer_id\nacme.example,1,E1\n")
    (outcome,) = ingest_all().outcomes
    assert outcome.unused == ("extra",)
    assert rows(warehouse, "select employer_id, domain from raw.employer_domains") == [("E1", "acme.example")]


def test_the_same_delivery_changes_nothing_under_any_name(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest
) -> None:
    path = applications(landing, GOOD)
    assert ingest_all().is_new
    assert ingest_all().outcomes == ()
    shutil.copyfile(path, landing / "applications.2026-02-01.csv")
    (again,) = ingest_all().outcomes
    assert again.status == "repeated"
    assert rows(warehouse, "select count(*) from raw.applications") == [(1,)]


def test_identical_bytes_without_a_declared_delivery_are_one_delivery(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest
) -> None:
    applications(landing, GOOD, "applications.csv")
    ingest_all()
    applications(landing, GOOD, "later/applications.csv")
    (again,) = ingest_all().outcomes
    assert again.status == "repeated"


def test_identical_bytes_delivered_later_are_another_delivery(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest
) -> None:
    applications(landing, GOOD)
    applications(landing, GOOD, "applications_2026-03-01.csv")
    assert [each.status for each in ingest_all().outcomes] == ["loaded", "loaded"]


def test_as_of_is_the_latest_delivery_of_the_platform(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest
) -> None:
    applications(landing, GOOD)
    (landing / "employments_2026-05-01.csv").write_text("employment_id,start_date\nM1,2026-01-01\n")
    assert ingest_all().as_of == datetime(2026, 2, 1)


REFUSED = {
    "applications_2026-01-01.parquet": (b"PAR1 cut off", "Parquet"),
    "applications_2026-01-02.csv": (b"<html><body>502 Bad Gateway</body></html>", "HTML"),
    "applications_2026-01-03.csv": (b"", "empty"),
    "applications_2026-01-04.csv": (bytes(range(256)) * 64, "NUL byte|damaged|readable"),
    "applications_2026-01-05.csv": (HEADER.encode() + b"x" * (100 << 20), "lines of at most"),
    "applications_2026-01-06.csv": ((HEADER + GOOD).encode("utf-16"), "UTF-16"),
    "applications_2026-01-07.csv": (b"application_id,project_id,applied_at\nA1,P1,2026-01-01\n", "'student_id'"),
    "applications_2026-01-08.csv": (b"\x1f\x8b\x08\x00rest", "gzip"),
    "applicants_2026-01-09.csv": (b"a,b\n1,2\n", "applications"),
    "applications_2026-01-10.json": (b'{"message": "not an array"}', "JSON array"),
}


def test_every_kind_of_bad_file_is_refused_by_name_and_the_good_one_is_loaded(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest
) -> None:
    applications(landing, GOOD)
    for name, (content, _) in REFUSED.items():
        (landing / name).write_bytes(content)
    report = ingest_all()
    reasons = {each.name: each.reason or "" for each in report.refused}
    assert set(reasons) == set(REFUSED)
    for name, (_, word) in REFUSED.items():
        assert any(each in reasons[name] for each in word.split("|")), f"{name}: {reasons[name]}"
    assert rows(warehouse, "select count(*) from raw.applications") == [(1,)]
    assert {each.name for each in ingest_all().refused} == set(REFUSED), "a run with nothing new repeats them"
    for name in REFUSED:
        (landing / name).unlink()
    assert ingest_all().refused == ()


def test_every_format_loads_the_same_rows(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest
) -> None:
    frame = pl.DataFrame(
        {
            "cost_id": ["C1", "C2"],
            "employer_id": ["E1", "E1"],
            "period_month": [date(2026, 1, 1), date(2026, 2, 1)],
            "cost_type": ["external_agency", "internal_recruiter_time"],
            "hours": [None, Decimal("2.50")],
            "amount_usd": [Decimal("450.00"), None],
        },
        schema_overrides={"hours": pl.Decimal(12, 2), "amount_usd": pl.Decimal(12, 2)},
    )
    text = frame.with_columns(pl.col("period_month").cast(pl.String), pl.col("hours", "amount_usd").cast(pl.String))
    frame.write_csv(landing / "costs_2026-03-01.csv")
    frame.write_csv(landing / "costs_2026-03-02.tsv", separator="\t")
    frame.write_parquet(landing / "costs_2026-03-03.parquet")
    text.write_ndjson(landing / "costs_2026-03-04.ndjson")
    (landing / "costs_2026-03-05.json").write_text(json.dumps(text.to_dicts()))
    frame.write_excel(landing / "costs_2026-03-06.xlsx")
    outcomes = ingest_all().outcomes
    assert [(each.status, each.loaded) for each in outcomes] == [("loaded", 2)] * 6, outcomes
    loaded = rows(
        warehouse,
        "select cost_id, period_month, hours, amount_usd, count(*) from raw.costs group by all order by cost_id",
    )
    assert loaded == [
        ("C1", date(2026, 1, 1), None, Decimal("450.00"), 6),
        ("C2", date(2026, 2, 1), Decimal("2.50"), None, 6),
    ]


def test_lines_that_are_no_json_are_quarantined(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest
) -> None:
    (landing / "employer_domains.ndjson").write_text(
        '{"employer_id": "E1", "domain": "a.example"}\noops\n\n[1]\n{"employer_id": "E2", "domain": null}\n'
    )
    (outcome,) = ingest_all().outcomes
    assert (outcome.read, outcome.loaded, outcome.quarantined) == (4, 1, 3)
    assert [(line, rule) for line, _, rule, _ in quarantined(warehouse)] == [
        (2, "not JSON"),
        (4, "not JSON"),
        (5, "missing value"),
    ]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_lines_with_a_separator_of_the_reader_are_no_json_and_none_is_lost(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest, newline: str
) -> None:
    whole = [f'{{"employer_id": "E{number}", "domain": "{number}.example"}}' for number in range(6)]
    whole[0], whole[3] = f"\x1e{whole[0][1:]}", whole[3].replace("3.ex", "3\x1eex")
    whole[4] = "oops"
    (landing / "employer_domains.ndjson").write_bytes(newline.join([*whole, ""]).encode())
    (outcome,) = ingest_all().outcomes
    assert (outcome.read, outcome.loaded, outcome.quarantined) == (6, 3, 3)
    assert [(line, rule) for line, _, rule, _ in quarantined(warehouse)] == [(n, "not JSON") for n in (1, 4, 5)]
    held = warehouse.sql("select raw_text from quarantine.rows order by line").fetchall()
    assert [text for (text,) in held] == [whole[0], whole[3], whole[4]]


def test_the_line_is_the_physical_one_where_fields_hold_newlines(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest
) -> None:
    (landing / "employers.csv").write_text(
        'employer_id,name,joined_at\nE1,"Two\nlines",2020-01-01\nE2,Acme,never\n\nE3,too,many,fields\nE4,x,2020-01-01\n'
    )
    (outcome,) = ingest_all().outcomes
    assert (outcome.read, outcome.loaded, outcome.quarantined) == (4, 2, 2)
    assert [line for line, *_ in quarantined(warehouse)] == [4, 6]


def test_a_dialect_is_declared_not_guessed(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest
) -> None:
    (landing / "gastos.csv").write_bytes(
        "id;empresa;mes;tipo;valor\n1;E1;01/02/2026;agência;US$2.250,00\n2;E1;30/12/1899;agência;n/d\n".encode(
            "latin-1"
        )
    )
    (landing / "northwind.mapping.toml").write_text("""
source = "northwind"
delivered_at = 2026-03-01T00:00:00Z
[[files]]
path = "gastos.csv"
[files.dialect]
delimiter = ";"
encoding = "latin-1"
decimal_mark = ","
thousands_mark = "."
currency = "US$"
date_formats = ["%d/%m/%Y"]
null_words = ["n/d"]
sentinel_dates = ["1899-12-30"]
[files.entities.costs.fields]
cost_id = "id"
employer_id = "empresa"
period_month = "mes"
cost_type = "tipo"
amount_usd = "valor"
[files.entities.costs.values.cost_type]
"agência" = "external_agency"
""")
    (outcome,) = ingest_all().outcomes
    assert (outcome.read, outcome.loaded, outcome.rules) == (2, 1, {"missing value": 1}), outcome
    assert rows(warehouse, "select period_month, cost_type, amount_usd, _source from raw.costs") == [
        (date(2026, 2, 1), "external_agency", Decimal("2250.00"), "northwind")
    ]


def test_times_without_an_offset_are_in_the_declared_zone(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest
) -> None:
    (landing / "x.csv").write_text("c,d,v\nE1,a.example,2026-01-31 23:30:00\nE1,b.example,2026-01-31T23:30:00Z\n")
    (landing / "x.mapping.toml").write_text("""
source = "northwind"
delivered_at = 2026-03-01T00:00:00Z
[[files]]
path = "x.csv"
dialect = { timezone = "America/New_York" }
[files.entities.employer_domains.fields]
employer_id = "c"
domain = "d"
verified_at = "v"
""")
    ingest_all()
    assert rows(warehouse, "select verified_at from raw.employer_domains order by domain") == [
        (datetime(2026, 2, 1, 4, 30),),
        (datetime(2026, 1, 31, 23, 30),),
    ]


def test_a_constant_moment_is_in_utc(landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest) -> None:
    (landing / "x.csv").write_text("id,domain\nE1,a.example\n")
    (landing / "x.mapping.toml").write_text("""
source = "northwind"
[[files]]
path = "x.csv"
[files.entities.employer_domains.fields]
employer_id = "id"
domain = "domain"
[files.entities.employer_domains.constants]
verified_at = "2015-01-01T02:00:00+05:00"
""")
    ingest_all()
    assert rows(warehouse, "select verified_at from raw.employer_domains") == [(datetime(2014, 12, 31, 21),)]


@pytest.mark.parametrize("name", ["rowid", "Record", "sheet_row"])
@pytest.mark.parametrize("ending", ["csv", "ndjson", "json", "parquet", "xlsx"])
def test_a_column_of_the_file_may_have_a_name_that_the_warehouse_uses(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest, name: str, ending: str
) -> None:
    frame = pl.DataFrame({"employer_id": ["E1", "E2", "E2"], "domain": ["a", None, "c"], name: ["1", "0", "0"]})
    path = landing / f"employer_domains.{ending}"
    if ending == "json":
        path.write_text(json.dumps(frame.to_dicts()))
    else:
        write = {"xlsx": frame.write_excel, "csv": frame.write_csv, "ndjson": frame.write_ndjson}
        write.get(ending, frame.write_parquet)(path)  # type: ignore[operator]
    (outcome,) = ingest_all().outcomes
    assert (outcome.read, outcome.loaded, outcome.quarantined, outcome.unused) == (3, 2, 1, (name,)), outcome.reason
    assert rows(warehouse, "select domain from raw.employer_domains order by 1") == [("a",), ("c",)]
    assert [line for line, *_ in quarantined(warehouse)] == [2 if ending in ("ndjson", "json", "parquet") else 3]


def test_a_wrong_mapping_is_refused_and_loads_nothing(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest
) -> None:
    (landing / "x.csv").write_text("company,domain\nE1,a.example\n")
    (landing / "x.mapping.toml").write_text("""
source = "northwind"
[[files]]
path = "x.csv"
[files.entities.employer_domains.fields]
employer_id = "compnay"
domain = "domain"
""")
    (refusal,) = ingest_all().refused
    assert "nearest: company" in (refusal.reason or "")
    assert rows(warehouse, "select count(*) from raw.employer_domains") == [(0,)]


VALUE = st.sampled_from(["", "A1", "A2", "open", "2026-01-05T10:00:00Z", "epoch", '"q"', '"', "a\nb", "x,y", "\x00"])


@settings(max_examples=60)
@given(lines=st.lists(st.lists(VALUE, min_size=1, max_size=7).map(",".join), max_size=6))
def test_rows_read_are_loaded_unchanged_or_quarantined_whatever_the_bytes(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, lines: list[str]
) -> None:
    path = applications(landing, "".join(line + "\n" for line in lines))
    try:
        outcomes = ingest(warehouse, landing, Batch("property", datetime(2026, 6, 1))).outcomes
        for outcome in outcomes:
            assert outcome.read == outcome.loaded + outcome.unchanged + outcome.quarantined
            assert outcome.status in ("loaded", "refused", "repeated")
        assert entity_problems(warehouse, "applications") == []
    finally:
        path.unlink()
        for table in ("raw.applications", "ops.deliveries", "quarantine.rows"):
            warehouse.execute(f"delete from {table}")
