"""Pseudonyms: stable for a key, new for new people alone, and the same address in Python's hands and in dbt's."""

import hmac
import re
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import duckdb
import pytest

from pipelines.pseudonyms import PseudonymKeyChanged, load_pseudonyms, pseudonym
from pipelines.settings import Settings, WeakSecret
from pipelines.warehouse import open_warehouse, prepare

KEY = b"a key for tests"
MACRO = Path(__file__).resolve().parents[2] / "dbt_project" / "macros" / "normalised_address.sql"
PROVENANCE = ", 'test', 'file', timestamp '2025-01-01', 'batch', timestamp '2025-01-01', false, timestamp '2025-01-01'"
PROVENANCE_NAMES = ", _source, _file_id, _delivered_at, _batch_id, _loaded_at, _is_deleted, _version_at"


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_warehouse(tmp_path / "analytics.duckdb") as connection:
        prepare(connection)
        yield connection


def add(connection: duckdb.DuckDBPyConnection, entity: str, **values: str | datetime | bool) -> None:
    names, marks = ", ".join(values), ", ".join("?" for _ in values)
    sql = f"insert into raw.{entity} ({names}{PROVENANCE_NAMES}) values ({marks}{PROVENANCE})"
    connection.execute(sql, list(values.values()))


def student_keys(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    return dict(connection.execute("select student_id, student_key from pseudonyms.students").fetchall())


def test_a_pseudonym_is_the_head_of_an_hmac_over_kind_and_number() -> None:
    expected = hmac.new(KEY, b"student\x1fS1", sha256).hexdigest()[:16]
    assert pseudonym(KEY, "student", ("S1",)) == expected
    assert re.fullmatch("[0-9a-f]{16}", expected)


def test_two_people_never_share_a_message() -> None:
    assert pseudonym(KEY, "candidate", ("a", "bc")) != pseudonym(KEY, "candidate", ("ab", "c"))
    assert pseudonym(KEY, "student", ("1",)) != pseudonym(KEY, "email", ("1",))
    assert pseudonym(KEY, "student", ("1",)) != pseudonym(b"another key", "student", ("1",))


def test_everybody_who_is_named_anywhere_gets_one(warehouse: duckdb.DuckDBPyConnection) -> None:
    add(warehouse, "students", student_id="S1")
    add(warehouse, "applications", application_id="A1", student_id="S2")
    add(warehouse, "ats_candidates", system="ats", candidate_id="C1", merged_into_candidate_id="C2")
    add(warehouse, "employments", employment_id="1", email=" Ann@Home.net ")
    add(warehouse, "employments", employment_id="2", email="bob@home.net", system="ats", candidate_id="C3")
    new = load_pseudonyms(warehouse, {1: KEY})
    assert new == {"pseudonyms.students": 2, "pseudonyms.candidates": 3, "pseudonyms.emails": 1}
    assert warehouse.execute("select email from pseudonyms.emails").fetchall() == [("ann@home.net",)]


def test_a_second_run_computes_only_who_is_new(warehouse: duckdb.DuckDBPyConnection) -> None:
    add(warehouse, "students", student_id="S1")
    load_pseudonyms(warehouse, {1: KEY})
    before = student_keys(warehouse)
    add(warehouse, "students", student_id="S1")
    add(warehouse, "students", student_id="S2")
    assert load_pseudonyms(warehouse, {1: KEY})["pseudonyms.students"] == 1
    assert student_keys(warehouse) == {**before, "S2": pseudonym(KEY, "student", ("S2",))}


def test_another_key_is_refused_before_people_fall_apart(warehouse: duckdb.DuckDBPyConnection) -> None:
    add(warehouse, "students", student_id="S1")
    load_pseudonyms(warehouse, {1: KEY})
    add(warehouse, "students", student_id="S2")
    with pytest.raises(PseudonymKeyChanged, match=r"pseudonyms\.students"):
        load_pseudonyms(warehouse, {1: b"another key"})
    assert set(student_keys(warehouse)) == {"S1"}


NEWER = b"a newer key for tests"


def test_a_new_version_of_the_key_gives_everybody_a_new_pseudonym(warehouse: duckdb.DuckDBPyConnection) -> None:
    add(warehouse, "students", student_id="S1")
    add(warehouse, "ats_candidates", system="ats", candidate_id="C1")
    load_pseudonyms(warehouse, {1: KEY})
    add(warehouse, "students", student_id="S2")
    assert load_pseudonyms(warehouse, {1: KEY, 2: NEWER})["pseudonyms.candidates"] == 1
    assert student_keys(warehouse) == {each: pseudonym(NEWER, "student", (each,)) for each in ("S1", "S2")}
    assert load_pseudonyms(warehouse, {1: KEY, 2: NEWER})["pseudonyms.students"] == 0
    assert load_pseudonyms(warehouse, {2: NEWER})["pseudonyms.students"] == 0


def test_nobody_is_renamed_without_the_key_that_named_them(warehouse: duckdb.DuckDBPyConnection) -> None:
    add(warehouse, "students", student_id="S1")
    load_pseudonyms(warehouse, {1: KEY})
    before = student_keys(warehouse)
    for keys in ({2: NEWER}, {1: NEWER, 2: KEY}):
        with pytest.raises(PseudonymKeyChanged):
            load_pseudonyms(warehouse, keys)
    assert student_keys(warehouse) == before


def test_all_are_renamed_or_none(warehouse: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    add(warehouse, "students", student_id="S1")
    add(warehouse, "employments", employment_id="1", email="ann@home.net")
    load_pseudonyms(warehouse, {1: KEY})
    before = student_keys(warehouse)

    def breaks(key: bytes, kind: str, identifiers: object) -> str:
        if kind == "email" and key == NEWER:
            raise KeyboardInterrupt
        return pseudonym(key, kind, identifiers)  # type: ignore[arg-type]

    monkeypatch.setattr("pipelines.pseudonyms.pseudonym", breaks)
    with pytest.raises(KeyboardInterrupt):
        load_pseudonyms(warehouse, {1: KEY, 2: NEWER})
    assert student_keys(warehouse) == before


def test_the_key_file_holds_versions_and_a_plain_line_is_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "key"
    monkeypatch.setenv("THROUGHLINE_KEY_FILE", str(file))
    first, second = "0123456789abcdef" * 2, "fedcba9876543210" * 2
    file.write_text(f"{first}\n")
    assert Settings().pseudonym_keys() == {1: first.encode()}
    file.write_text(f"{first}\n2:{second}\n")
    assert Settings().pseudonym_keys() == {1: first.encode(), 2: second.encode()}
    assert Settings().rotated_pseudonym_key() == 3
    assert list(Settings().pseudonym_keys()) == [1, 2, 3]
    assert Settings().pseudonym_keys()[1] == first.encode()
    assert file.stat().st_mode & 0o077 == 0


WEAK = ["", "changeme", "0" * 64, "abab" * 16, "x:0123456789abcdef0123456789abcdef", "2:short"]


@pytest.mark.parametrize("text", [*WEAK, "1:0123456789abcdef0123456789abcdef\n1:fedcba9876543210fedcba9876543210"])
def test_a_key_that_can_be_guessed_or_misread_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    file = tmp_path / "key"
    file.write_text(text)
    monkeypatch.setenv("THROUGHLINE_KEY_FILE", str(file))
    with pytest.raises(WeakSecret, match="expected a random key") as refused:
        Settings().pseudonym_keys()
    assert not text or text not in str(refused.value)


def test_a_weak_secret_of_the_environment_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THROUGHLINE_PSEUDONYM_SECRET", "password")
    with pytest.raises(WeakSecret, match="THROUGHLINE_PSEUDONYM_SECRET"):
        Settings().pseudonym_keys()


@pytest.mark.parametrize("address", ["Ann@Home.net", " ann@home.net", "ANN@HOME.NET  ", "", "  "])
def test_an_address_is_normalised_as_in_the_dbt_project(warehouse: duckdb.DuckDBPyConnection, address: str) -> None:
    body = MACRO.read_text().split("-%}")[1].split("{%-")[0]
    (by_dbt,) = warehouse.execute(f"select {body.replace('{{ address }}', '?')}", [address]).fetchall()[0]
    add(warehouse, "employments", employment_id="1", email=address)
    load_pseudonyms(warehouse, {1: KEY})
    ours = [email for (email,) in warehouse.execute("select email from pseudonyms.emails").fetchall()]
    assert ours == ([by_dbt] if by_dbt is not None else [])
