"""Readers never wait and never see a half: the pointer, the lock, the books."""

import json
import os
import stat
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from pipelines import generations
from pipelines.errors import ThroughlineError, WarehouseLocked
from pipelines.generations import Generation
from pipelines.lock import writer_lock
from pipelines.reconcile import GENERATIONS_TOLD, write_history
from pipelines.rollback import roll_back

MOMENT = datetime(2026, 7, 1)
GIVEN = "0123456789abcdef0123456789abcdef"


def made(published: Path, name: str) -> Generation:
    generation = Generation(name, "2026-07-01T00:00:00", "2026-07-02T00:00:00", "b", "c")
    folder = generations.folder_of(published, name)
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / generations.FILE)) as connection:
        connection.execute(f"create table whoami as select '{name}' as name")
    generations.write_facts(folder, generation)
    generations.make_current(published, generation)
    return generation


def test_the_pointer_and_the_analysts_copy_move_together(tmp_path: Path) -> None:
    made(tmp_path, "g1")
    made(tmp_path, "g2")
    assert generations.current(tmp_path) is not None
    assert json.loads((tmp_path / "current.json").read_text())["path"] == "generations/g2/analytics.duckdb"
    with duckdb.connect(str(tmp_path / "analytics.duckdb")) as connection:
        assert connection.sql("select name from whoami").fetchall() == [("g2",)]


def test_an_analyst_who_holds_the_copy_open_blocks_nobody(tmp_path: Path) -> None:
    made(tmp_path, "g1")
    with duckdb.connect(str(tmp_path / "analytics.duckdb")) as analyst:
        analyst.execute("create table notes as select 1")
        made(tmp_path, "g2")
    assert [name for name in os.listdir(tmp_path) if name.endswith(".new")] == []


def test_three_generations_are_kept_and_drafts_of_a_broken_run_are_removed(tmp_path: Path) -> None:
    for name in ("g1", "g2", "g3", "g4"):
        made(tmp_path, name)
    (tmp_path / "generations" / "g5").mkdir()
    generations.prune(tmp_path, "g4")
    assert sorted(os.listdir(tmp_path / "generations")) == ["g2", "g3", "g4"]


def test_rollback_goes_one_back_and_then_says_that_there_is_no_more(tmp_path: Path) -> None:
    made(tmp_path, "g1")
    made(tmp_path, "g2")
    assert roll_back(tmp_path).generation == "g1"
    with pytest.raises(ThroughlineError, match="older generation"):
        roll_back(tmp_path)
    with pytest.raises(ThroughlineError, match="g1, g2"):
        roll_back(tmp_path, "g7")


@pytest.mark.parametrize("text", ["", "{", '{"generation": "g9"}'])
def test_a_broken_pointer_says_what_to_do(tmp_path: Path, text: str) -> None:
    made(tmp_path, "g1")
    (tmp_path / "current.json").write_text(text)
    with pytest.raises(ThroughlineError, match="rollback"):
        generations.current(tmp_path)


def test_a_missing_generation_says_which_are_kept(tmp_path: Path) -> None:
    made(tmp_path, "g1")
    generations.make_current(tmp_path, made(tmp_path, "g2"))
    (tmp_path / "generations" / "g2" / "analytics.duckdb").unlink()
    with pytest.raises(ThroughlineError, match=r"expected generation g2.*Kept generations: g1"):
        generations.current(tmp_path)


def test_a_second_writer_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    lock = tmp_path / "writer.lock"
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, pathlib, datetime\n"
            "from pipelines.lock import writer_lock\n"
            "with writer_lock(pathlib.Path(sys.argv[1]), datetime.datetime(2026, 7, 1)):\n"
            "    print('held', flush=True)\n"
            "    sys.stdin.readline()\n",
            str(lock),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdin is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(WarehouseLocked, match=f'"pid": {holder.pid}'), writer_lock(lock, MOMENT):
        pass
    holder.stdin.write("\n")
    holder.stdin.close()
    assert holder.wait(30) == 0
    holder.stdout.close()
    with writer_lock(lock, MOMENT):
        assert json.loads(lock.read_text())["pid"] == os.getpid()
    assert lock.read_text() == ""


def counted(path: Path, day: int, rows: int, *, has_history: bool = True) -> Path:
    """Write a published file of one mart, made on a day of 2026."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts; create schema meta")
        connection.execute(f"create table marts.fct_x as select range from range({rows})")
        connection.execute(f"""
            create table meta.build_facts as
            select 'g{day}' as generation, timestamp '2026-01-01' as as_of,
                timestamp '2026-01-01' + interval {day} day as published_at
        """)
        if has_history:
            connection.execute("""
                create table meta.mart_rows
                (generation varchar, as_of timestamp, published_at timestamp, mart varchar, row_count bigint)
            """)
    return path


def told(path: Path) -> list[tuple[object, ...]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.sql("""
            select generation, mart, row_count from meta.mart_rows order by published_at
        """).fetchall()


def test_a_file_tells_the_rows_of_the_generations_before_it(tmp_path: Path) -> None:
    old = counted(tmp_path / "1.duckdb", 1, 5, has_history=False)
    for day, rows in ((2, 7), (3, 9)):
        new = counted(tmp_path / f"{day}.duckdb", day, rows)
        write_history(new, old)
        old = new
    assert told(old) == [("g1", "fct_x", 5), ("g2", "fct_x", 7), ("g3", "fct_x", 9)]


def test_the_first_file_tells_of_itself_and_no_file_of_too_many(tmp_path: Path) -> None:
    first = counted(tmp_path / "first.duckdb", 0, 5)
    write_history(first, None)
    assert told(first) == [("g0", "fct_x", 5)]
    with duckdb.connect(str(first)) as connection:
        connection.execute("""
            insert into meta.mart_rows
            select 'old', timestamp '2025-01-01', timestamp '2025-01-01' + interval (range) hour, 'fct_x', 1
            from range(100)
        """)
    new = counted(tmp_path / "new.duckdb", 1, 6)
    write_history(new, first)
    assert len(told(new)) == GENERATIONS_TOLD
    assert told(new)[-2:] == [("g0", "fct_x", 5), ("g1", "fct_x", 6)]


def test_a_new_key_file_is_for_its_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipelines.settings import Settings

    monkeypatch.setenv("THROUGHLINE_KEY_FILE", str(tmp_path / "secrets" / "key"))
    first = Settings().pseudonym_keys()
    assert stat.S_IMODE((tmp_path / "secrets" / "key").stat().st_mode) == 0o600
    assert Settings().pseudonym_keys() == first
    monkeypatch.setenv("THROUGHLINE_PSEUDONYM_SECRET", GIVEN)
    assert Settings().pseudonym_keys() == {1: GIVEN.encode()}
