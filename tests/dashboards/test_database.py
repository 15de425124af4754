import json
import os
import shutil
import signal
import threading
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from dashboards import database
from dashboards.database import (
    BrokenPointerError,
    Generation,
    NothingPublishedError,
    Query,
    TooManyRowsError,
    TooSlowError,
    current_generation,
    frame,
    run,
)


@pytest.mark.parametrize(
    "statement",
    [
        "select * from read_csv('/etc/passwd')",
        "select * from '/etc/hostname'",
        "select * from glob('/etc/*')",
        "copy (select 1) to '/tmp/throughline-escape.csv'",
        "attach '/tmp/throughline-escape.duckdb' as escaped",
        "install httpfs",
        "load httpfs",
        "set enable_external_access = true",
        "set lock_configuration = false",
        "set memory_limit = '64GB'",
        "create table analytics.marts.mine as select 1",
        "delete from analytics.marts.fct_projects",
    ],
)
def test_a_hardened_connection_reads_and_writes_nothing_else(generation: Generation, statement: str) -> None:
    with database.cursor(generation) as lent, pytest.raises(duckdb.Error):
        lent.execute(statement)
    assert not list(Path("/tmp").glob("throughline-escape*"))


def test_a_value_is_bound_and_never_becomes_sql(generation: Generation) -> None:
    text = "select count(*) as n from analytics.marts.fct_projects where list_contains($category, category)"
    found = run(generation, Query.of(text, {"category": ("' or true --", "x') or (1=1")}))
    assert found["n"].to_list() == [0]


def test_a_slice_lives_for_one_query_alone(generation: Generation) -> None:
    query = Query.of(
        "select count(*) as n from slice",
        {"least": 2},
        "select * from analytics.marts.fct_projects where slots >= $least",
    )
    assert run(generation, query)["n"][0] == run(generation, query)["n"][0]
    with pytest.raises(duckdb.CatalogException):
        run(generation, Query("select * from slice"))


def test_a_query_over_its_time_is_stopped(generation: Generation) -> None:
    with pytest.raises(TooSlowError, match="stopped"):
        run(generation, Query("select sum(a.range * b.range) from range(10000000) a, range(10000000) b"), timeout=0.2)


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_stops_a_query_at_once(generation: Generation) -> None:
    endless = Query("select sum(a.range * b.range) from range(10000000) a, range(10000000) b")
    timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        run(generation, endless)
    assert run(generation, Query("select 1 as one"))["one"].to_list() == [1]


def test_the_connection_works_on_after_a_query_was_stopped(generation: Generation) -> None:
    with pytest.raises(TooSlowError):
        run(generation, Query("select sum(a.range * b.range) from range(10000000) a, range(10000000) b"), timeout=0.1)
    assert run(generation, Query("select 1 as one"))["one"].to_list() == [1]


def test_an_answer_has_at_most_so_many_rows(generation: Generation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "MOST_ROWS", 1000)
    assert run(generation, Query("select * from range(1000)")).height == 1000
    with pytest.raises(TooManyRowsError, match="Narrow the filters"):
        run(generation, Query("select * from range(1000000000000)"))


def test_a_query_that_is_stopped_or_fails_after_its_first_rows_says_so(generation: Generation) -> None:
    with pytest.raises(TooSlowError):
        run(generation, Query("select range from range(1000000000000) where range < 5000 or hash(range) = 7"), 0.5)
    late = "select cast(case when range > 500000 then 'x' else '1' end as integer) as n from range(900000)"
    with pytest.raises(duckdb.Error, match="Conversion Error"):
        run(generation, Query(late))


def test_frames_of_two_viewers_are_cached_apart(generation: Generation) -> None:
    query = Query("select random() as drawn")
    mine, theirs = frame(generation, "E1", query), frame(generation, "E2", query)
    assert frame(generation, "E1", query).equals(mine)
    assert not mine.equals(theirs)


def test_without_a_pointer_the_message_says_how_to_make_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THROUGHLINE_PUBLISHED", str(tmp_path))
    with pytest.raises(NothingPublishedError, match="throughline run"):
        current_generation()


@pytest.mark.parametrize("text", ["", "[]", '{"generation": "g"}', '{"generation": "g", "path": "no", "as_of": "x"}'])
def test_a_broken_pointer_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("THROUGHLINE_PUBLISHED", str(tmp_path))
    (tmp_path / "current.json").write_text(text)
    with pytest.raises(BrokenPointerError, match=r"current\.json"):
        current_generation()


def test_a_pointer_to_a_file_that_is_gone_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THROUGHLINE_PUBLISHED", str(tmp_path))
    (tmp_path / "current.json").write_text(
        json.dumps({"generation": "g", "path": "generations/g/analytics.duckdb", "as_of": "2026-01-01T00:00:00Z"})
    )
    with pytest.raises(BrokenPointerError, match="no file"):
        current_generation()


def test_a_new_generation_is_read_while_the_old_one_is_open(
    tiny_published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "published"
    shutil.copytree(tiny_published, folder)
    monkeypatch.setenv("THROUGHLINE_PUBLISHED", str(folder))
    count = Query("select count(*) as n from analytics.marts.fct_projects")
    old = current_generation()
    before = frame(old, "platform", count)["n"][0]
    pointer = json.loads((folder / "current.json").read_text())
    newer = folder / "generations" / "newer" / "analytics.duckdb"
    newer.parent.mkdir()
    shutil.copyfile(folder / pointer["path"], newer)
    with duckdb.connect(str(newer)) as connection:
        connection.execute("delete from marts.fct_projects")
    pointer |= {"generation": "newer", "path": "generations/newer/analytics.duckdb"}
    (folder / "current.json").write_text(json.dumps(pointer))
    new = current_generation()
    assert before > 0
    assert frame(new, "platform", count)["n"][0] == 0
    assert frame(old, "platform", count)["n"][0] == before


def test_a_generation_that_is_removed_after_the_pointer_was_read_is_not_lent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THROUGHLINE_PUBLISHED", str(tmp_path))
    texts = []
    for name in ("g1", "g2"):
        (tmp_path / f"{name}.duckdb").parent.mkdir(exist_ok=True)
        duckdb.connect(str(tmp_path / f"{name}.duckdb")).close()
        facts = {"generation": name, "path": f"{name}.duckdb", "as_of": "2026-07-01T00:00:00"}
        texts.append(json.dumps(facts))
    (tmp_path / "current.json").write_text(texts[0])
    (tmp_path / "g1.duckdb").unlink()
    read = database.pointed_at

    def overtaken() -> database.Generation:
        """Read the pointer, which moves right afterwards."""
        found = read()
        (tmp_path / "current.json").write_text(texts[1])
        return found

    monkeypatch.setattr(database, "pointed_at", overtaken)
    assert database.current_generation().identifier == "g2"
    (tmp_path / "g2.duckdb").unlink()
    with pytest.raises(database.BrokenPointerError, match=r"no file at .*g2\.duckdb"):
        database.current_generation()


def test_what_spills_lies_in_one_folder_of_the_process_and_goes_with_whoever_spilled(
    generation: Generation, tmp_path: Path
) -> None:
    base = database._spill_base()
    database.drop(lambda _: True)
    before = set(base.iterdir())
    for _ in range(3):
        with database.spill_dir() as lent:
            assert Path(lent).parent == base
        with database.new_file(tmp_path / "new.duckdb", "made", generation.path, "whole") as connection:
            spill = connection.execute("select current_setting('temp_directory')").fetchall()[0][0]
            assert Path(spill).parent == base
    assert set(base.iterdir()) == before
    with database.cursor(generation) as lent_cursor:
        (own,) = set(base.iterdir()) - before
        database.drop(lambda _: True)
        assert own.exists(), "a query under way may still spill"
        assert lent_cursor.execute("select 1").fetchall() == [(1,)]
    assert set(base.iterdir()) == before
    (tmp_path / "torn.duckdb").write_text("torn")
    with pytest.raises(database.SqlError):
        database.connect(replace(generation, path=tmp_path / "torn.duckdb"))
    assert set(base.iterdir()) == before
