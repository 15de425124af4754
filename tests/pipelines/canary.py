"""A person of unmistakable names in every entity and format, and a search for them in whatever holds bytes."""

import gzip
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import xlsxwriter

Row = dict[str, str | int | None]

STUDENT, EMAIL, SECOND_EMAIL = "CANARY-7719", "Quillerina.Z@canary-mail.example", "quillerina@canary-old.example"
GIVEN, FAMILY = "Quillerina", "Zanzibarova"
CANDIDATE, MERGED, APPLICATION = "canary-cand-1", "canary-cand-2", "canary-app-1"
STRINGS = ("canary", "quillerina", "zanzibarova")
"""In lower case: a trace of the person is any of them."""

SENT = "2026-06-30T06:00:00Z"
DAY = "2026-03-01T09:00:00Z"


def student(student_id: str, given: str, family: str, **more: str | None) -> Row:
    consents: Row = {"consent_analytics": "true", "consent_contact": "true"}
    row: Row = {"student_id": student_id, "given_name": given, "family_name": family, "joined_at": DAY}
    return {**row, **consents, **more}


def her_rows(employer: str, project: str) -> dict[str, list[Row]]:
    """Return everything that hangs on the person, entity by entity, with children of children."""
    ats: Row = {"system": "canned", "employer_id": employer}
    merged: Row = {**ats, "candidate_id": MERGED, "given_name": "Q.", "family_name": FAMILY}
    event: Row = {"system": "canned", "application_id": "canary-ats-app", "occurred_at": DAY, "sequence": 1}
    return {
        "students": [student(STUDENT, GIVEN, FAMILY)],
        "student_emails": [
            {"student_id": STUDENT, "email": each, "is_primary": "true"} for each in (EMAIL, SECOND_EMAIL)
        ],
        "applications": [
            {"application_id": APPLICATION, "project_id": project, "student_id": STUDENT, "applied_at": DAY}
        ],
        "application_events": [
            {"event_id": "canary-event-1", "application_id": APPLICATION, "event_type": "applied", "occurred_at": DAY}
        ],
        "engagements": [{"engagement_id": "canary-eng-1", "application_id": APPLICATION, "accepted_at": DAY}],
        "feedback": [
            {"feedback_id": "canary-fb-1", "engagement_id": "canary-eng-1", "author_role": "employer", "rating": 5,
             "submitted_at": DAY}
        ],
        "feedback_competencies": [{"feedback_id": "canary-fb-1", "competency": "teamwork", "score": 4}],
        "first_destinations": [
            {"response_id": "canary-resp", "student_id": STUDENT, "outcome": "seeking_employment", "surveyed_at": DAY}
        ],
        "ats_candidates": [
            {**ats, "candidate_id": CANDIDATE, "given_name": GIVEN, "family_name": FAMILY,
             "merged_into_candidate_id": MERGED},
            merged | {"merged_into_candidate_id": None},
            merged | {"candidate_id": "canary-cand-3", "merged_into_candidate_id": None},
        ],
        "ats_candidate_emails": [{"system": "canned", "candidate_id": CANDIDATE, "value": EMAIL.upper()}],
        "ats_candidate_external_ids": [
            {"system": "canned", "candidate_id": "canary-cand-3", "value": STUDENT, "kind": "platform_student_id"}
        ],
        "ats_applications": [
            {**ats, "application_id": "canary-ats-app", "candidate_id": MERGED, "applied_at": DAY, "status": "hired"}
        ],
        "ats_application_events": [{**event, "event_id": "canary-ats-event", "event_type": "applied"}],
        "ats_offers": [
            {"system": "canned", "offer_id": "canary-offer", "version": 1, "application_id": "canary-ats-app",
             "status": "accepted", "sent_at": DAY}
        ],
        "employments": [
            {"employment_id": "canary-job-1", "employer_id": employer, "system": None, "candidate_id": None,
             "email": f" {SECOND_EMAIL.upper()} ", "start_date": "2026-05-01"},
            {"employment_id": "canary-job-2", "employer_id": employer, "system": "canned", "candidate_id": MERGED,
             "email": None, "start_date": "2026-05-02"},
        ],
    }  # fmt: skip


def other_rows(employer: str, project: str) -> dict[str, list[Row]]:
    """Return the same of somebody else: every word of hers is another one."""
    text = json.dumps(her_rows(employer, project))
    for hers, theirs in (("CANARY", "FINCH"), ("canary", "finch"), ("QUILLERINA", "ROBERTA"), ("quillerina", "roberta"),
                         ("Quillerina", "Roberta"), ("Zanzibarova", "Miller"), ("Q.", "R.")):  # fmt: skip
        text = text.replace(hers, theirs)
    rows: dict[str, list[Row]] = json.loads(text)
    return rows


FORMATS = {
    "students": "csv",
    "student_emails": "csv",
    "applications": "ndjson",
    "application_events": "csv.gz",
    "engagements": "json",
    "feedback": "tsv",
    "feedback_competencies": "xlsx",
    "first_destinations": "xlsx",
    "ats_candidates": "parquet",
    "ats_candidate_emails": "ndjson.gz",
    "ats_candidate_external_ids": "csv",
    "ats_applications": "parquet",
    "ats_application_events": "csv",
    "ats_offers": "json.gz",
    "employments": "parquet",
}


def land(folder: Path, rows: dict[str, list[Row]], formats: dict[str, str] = FORMATS, suffix: str = "") -> None:
    """Write one file an entity into a delivery folder with its manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "delivery.toml").write_text(f'source = "canned"\ndelivered_at = {SENT}\nsynthetic = true\n')
    for entity, held in rows.items():
        write(folder / f"{entity}{suffix}.{formats[entity]}", held)


def write(path: Path, rows: list[Row]) -> None:
    """Write rows in the format of the file's ending."""
    frame = pl.DataFrame(rows, infer_schema_length=None)
    kind = path.name.removesuffix(".gz").rsplit(".", 1)[1]
    text = {
        "csv": lambda: frame.write_csv(),
        "tsv": lambda: frame.write_csv(separator="\t"),
        "ndjson": lambda: frame.write_ndjson(),
        "json": lambda: json.dumps(rows, indent=1),
    }
    if kind in text:
        content = text[kind]().encode()
        path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    elif kind == "parquet":
        frame.write_parquet(path)
    else:
        write_workbook(path, frame)


def write_workbook(path: Path, frame: pl.DataFrame) -> None:
    """Write rows as the first sheet, and what somebody noted of each on a hidden second one."""
    with xlsxwriter.Workbook(path) as book:
        frame.write_excel(book, "records")
        notes = book.add_worksheet("notes")
        notes.hide()
        for number, row in enumerate(frame.iter_rows()):
            notes.write_row(2 * number + 1, 1, [number, ", ".join(str(value) for value in row if value is not None)])


def traces(data: Path) -> set[str]:
    """Return every place below a folder that holds one of ``STRINGS``: files by their bytes, tables by their texts."""
    return {f"{path.relative_to(data)}: {place}" for path in sorted(data.rglob("*")) if path.is_file() for place in
            places(path)}  # fmt: skip


def places(path: Path) -> Iterator[str]:
    """Yield where in one file a trace is found."""
    content = path.read_bytes()
    if holds(content) or holds(path.name.encode()):
        yield "bytes"
    if content[:2] == b"\x1f\x8b" and holds(gzip.decompress(content)):
        yield "decompressed"
    if content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            yield from (name for name in book.namelist() if holds(book.read(name)))
    if content[:4] == b"PAR1":
        yield from (
            f"row {row}" for row, each in enumerate(pl.read_parquet(path).iter_rows()) if holds(repr(each).encode())
        )
    if content[8:12] == b"DUCK":
        yield from tables_with_traces(path)


def holds(content: bytes) -> bool:
    lowered = content.lower()
    return any(each.encode() in lowered or each.encode("utf-16-le") in lowered for each in STRINGS)


def tables_with_traces(path: Path) -> Iterator[str]:
    """Yield every table with a row whose text, in any column, holds a trace."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{path}' as searched (read_only)")
        tables = connection.sql("""
            select schema_name, table_name from duckdb_tables() where database_name = 'searched'
        """).fetchall()
        for schema, table in tables:
            condition = " or ".join(f"contains(row_text, '{each}')" for each in STRINGS)
            (found,) = connection.sql(f"""
                select count(*) from (
                    select lower(cast(held as varchar)) as row_text from searched."{schema}"."{table}" as held
                ) where {condition}
            """).fetchall()[0]
            if found:
                yield f"{schema}.{table}"
