"""One statement of an analyst: refused, run apart, bounded, stopped. With real processes and real threads."""

import os
import time
from collections.abc import Iterator
from datetime import time as time_of_day
from pathlib import Path

import polars as pl
import pytest

from dashboards.analysis.limits import GIGABYTE, Limits
from dashboards.analysis.problems import Problem
from dashboards.analysis.running import Answer, Run, Workers, workers
from dashboards.analysis.statements import refused
from dashboards.database import Generation, spill_dir

ENDLESS = "with recursive t(n) as (select 1 union all select n from t) select count(*) from t"
QUICK = Limits(seconds=2)


@pytest.fixture(scope="module", autouse=True)
def no_process_left() -> Iterator[None]:
    yield
    workers.end()


def asked(generation: Generation, statement: str, limits: Limits | None = None) -> Answer:
    answer = Run(generation, statement, limits or Limits(seconds=45)).wait(90)
    assert answer is not None
    return answer


def problem_of(generation: Generation, statement: str, limits: Limits | None = None) -> Problem:
    problem = asked(generation, statement, limits).problem
    assert problem is not None
    return problem


# What is run at all ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "title", "advice"),
    [
        ("", "There is nothing to run", "worked query"),
        ("-- only a comment", "There is nothing to run", "worked query"),
        ("select 1; select 2", "One statement at a time", "WITH clause"),
        ("select 1; drop table marts.fct_hires", "One statement at a time", "WITH clause"),
        ("pivot marts.fct_hires on came_by using count(*)", "One statement at a time", "in ('a', 'b')"),
        ("copy marts.fct_hires to '/tmp/x.csv'", "COPY is refused", "downloaded"),
        ("/* look */ -- here\n create table t as select 1", "CREATE is refused", "WITH clause"),
        ("insert into marts.fct_hires select * from marts.fct_hires", "INSERT is refused", "begin with select"),
        ("delete from marts.fct_hires", "DELETE is refused", "begin with select"),
        ("update marts.fct_hires set host_id = ''", "UPDATE is refused", "begin with select"),
        ("drop table marts.fct_hires", "DROP is refused", "begin with select"),
        ("attach '/tmp/x.duckdb'", "ATTACH is refused", "open already"),
        ("install httpfs", "INSTALL is refused", "No extension"),
        ("load httpfs", "LOAD is refused", "No extension"),
        ("set memory_limit = '64GB'", "SET is refused", "fixed"),
        ("pragma database_list", "PRAGMA is refused", "duckdb_tables()"),
        ("pragma memory_limit = '64GB'", "PRAGMA is refused", "duckdb_tables()"),
        ("call pragma_version()", "CALL is refused", "select * from"),
        ("export database '/tmp/x'", "EXPORT is refused", "analytics.duckdb"),
        ("checkpoint", "CHECKPOINT is refused", "begin with select"),
        ("explain analyze copy (select 1) to '/tmp/x.csv'", "COPY is refused", "downloaded"),
        ("explain /* why */ analyze -- so\n copy (select 1) to '/tmp/x.csv'", "COPY is refused", "downloaded"),
        ("explain (analyze) copy (select 1) to '/tmp/x.csv'", "COPY is refused", "downloaded"),
        ("explain (analyze, format json) insert into t select 1", "INSERT is refused", "begin with select"),
        ("explain analyze create table memory.main.t as select 1", "CREATE is refused", "WITH clause"),
        ("explain analyze set threads = 8", "SET is refused", "fixed"),
        ("explain analyze /* /* */ select 1 as a, -- */\n copy t from '/x'", "One comment within another", "apart"),
        ("/* /* */ */ pragma database_list", "One comment within another", "apart"),
        ("selct 1", "Parser error in line 1", "before the mark"),
    ],
)
def test_what_does_not_read_is_refused_with_what_to_do_instead(statement: str, title: str, advice: str) -> None:
    problem = refused(statement)
    assert problem is not None
    assert problem.title == title
    assert advice in problem.advice


@pytest.mark.parametrize(
    "statement",
    [
        "select 1",
        "select ';' as semicolon;",
        "-- why\nwith a as (select 1) select * from a",
        "from marts.fct_hires",
        "describe marts.fct_hires",
        "summarize marts.fct_hires",
        "explain select 1",
        "explain analyze select 1",
        "/* why */ explain (format json) with a as (select 1) select * from a",
        "explain (analyze, format json) from marts.fct_hires",
        "explain (select 1)",
        "pivot marts.fct_hires on came_by in ('neither') using count(*)",
    ],
)
def test_what_reads_is_run(statement: str) -> None:
    assert refused(statement) is None


# What comes back ------------------------------------------------------------------------------------------------------


def test_names_need_no_database_and_a_worked_macro_runs_on_a_step(generation: Generation) -> None:
    answer = asked(
        generation,
        "with s as (select entry_days, exit_days, event_code from marts.fct_person_host_outcomes where is_at_risk = 1)"
        " select count(*) as days from marts.cumulative_incidence('s')",
    )
    assert answer.rows is not None
    assert answer.rows["days"][0] > 5


def test_no_more_rows_come_back_than_the_limit_and_the_answer_says_so(generation: Generation) -> None:
    cut = asked(generation, "select * from range(1000000000000)", Limits(rows=1000, seconds=30))
    whole = asked(generation, "select * from range(1000)", Limits(rows=1000, seconds=30))
    assert (cut.row_count, cut.is_cut) == (1000, True)
    assert (whole.row_count, whole.is_cut) == (1000, False)


def test_no_more_bytes_come_back_than_the_limit(generation: Generation) -> None:
    cut = asked(generation, "select repeat('x', 1000) from range(10000)", Limits(answer=1 << 20, seconds=30))
    assert cut.is_cut
    assert 0 < (cut.row_count or 0) < 10_000


def test_every_type_arrives_in_a_form_that_a_download_holds(generation: Generation) -> None:
    answer = asked(
        generation,
        "select 1 as a, 2 as a, [1, 2] as l, {'k': 1} as s, map {'k': 1} as m, interval 3 day as i, sum(1) as whole,"
        " sum(170141183460469231731687303715884105727::hugeint) as huge, 1.5::decimal(38, 2) as d, time '10:00' as t,"
        " 'x'::blob as b, 'e'::enum('e') as e, union_value(n := 1) as u, null as n, date '2020-02-29' as day",
    )
    assert answer.rows is not None
    row = answer.rows.row(0, named=True)
    assert (row["a"], row["a_2"]) == (1, 2)
    assert (row["l"], row["s"], row["m"], row["i"]) == ("[1, 2]", "{'k': 1}", "{k=1}", "3 days")
    assert (row["whole"], row["t"], row["b"], row["e"], row["u"]) == (1, time_of_day(10), "x", "e", "1")
    assert row["huge"] == "170141183460469231731687303715884105727"
    assert answer.rows.schema["whole"] == pl.Int64
    assert not [kind for kind in answer.rows.dtypes if kind.is_nested()]


def test_what_the_database_prints_is_no_part_of_the_answer(
    generation: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A profile on standard output would stand before the answer, and what is in it is the analyst's own text."""
    monkeypatch.setattr("dashboards.analysis.running.refused", lambda statement: None)
    answer = asked(generation, "select [1] as l from enable_profiling() right join range(1) on true")
    assert answer.problem is None
    assert answer.row_count == 1


@pytest.mark.parametrize(
    ("statement", "title", "line", "column"),
    [
        ("select 1,\n  colum from marts.fct_hires", "Binder error in line 2", 2, 3),
        ("select * from marts.fct_hire", "Catalog error in line 1", 1, 15),
        ("select 'a'::integer", "Conversion error in line 1", 1, 11),
    ],
)
def test_an_error_of_the_database_says_where_and_what_to_do(
    generation: Generation, statement: str, title: str, line: int, column: int
) -> None:
    problem = problem_of(generation, statement)
    assert (problem.title, problem.line, problem.column) == (title, line, column)
    assert problem.advice
    assert f"LINE {line}: " in problem.detail


def test_an_error_after_the_first_rows_is_said_as_one_before(generation: Generation) -> None:
    late = "select cast(case when range > 5000 then 'x' else '1' end as integer) as n from range(1000000)"
    assert problem_of(generation, late).title == "Conversion error in line 1"


# What it cannot reach -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "select * from read_text('/etc/passwd')",
        "select * from read_blob('/etc/passwd')",
        "select * from read_csv('/etc/passwd')",
        "select * from glob('/*')",
        "select * from '/etc/hostname.csv'",
        "select * from sniff_csv('/etc/passwd')",
        "select * from parquet_scan('http://127.0.0.1/x.parquet')",
        "select * from query('select * from read_text(''/etc/passwd'')')",
        "select * from query_table('/etc/passwd')",
        "select getenv('PATH')",
        "select * from task",
        "select * from connection",
    ],
)
def test_nothing_but_the_published_file_can_be_read(generation: Generation, statement: str) -> None:
    answer = asked(generation, statement)
    assert answer.rows is None
    assert answer.problem is not None


def test_nothing_is_written_beside_the_published_file(generation: Generation) -> None:
    """The hardened connection would allow the write-ahead log of the attached file, and the next reader replays it."""
    beside = generation.path.with_name(f"{generation.path.name}.wal")
    answer = asked(generation, f"explain analyze copy (select 1) to '{beside}' (format csv)")
    assert answer.problem is not None
    assert not beside.exists()


def test_the_process_has_an_environment_without_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THROUGHLINE_PSEUDONYM_SECRET", "never to be seen")
    own = Workers()
    worker = own.take()
    try:
        environment = Path(f"/proc/{worker.pid}/environ")
        if not environment.exists():
            pytest.skip("needs /proc, which Linux has")
        for _ in range(100):
            if b"LANG" in environment.read_bytes():
                break
            time.sleep(0.05)
        assert b"LANG" in environment.read_bytes()
        assert b"THROUGHLINE" not in environment.read_bytes()
    finally:
        worker.kill()
        worker.communicate()


# What it may take -----------------------------------------------------------------------------------------------------


def test_an_endless_statement_ends_when_its_time_is_over(generation: Generation) -> None:
    started = time.monotonic()
    problem = problem_of(generation, ENDLESS, QUICK)
    assert problem.title == "Out of time"
    assert "more than 2 seconds" in problem.detail
    assert time.monotonic() - started < 20


@pytest.mark.parametrize(
    "statement",
    [
        "select string_agg(repeat('x', 1000), '') from range(100000000)",
        "select len(list_sort(range(1000000000)))",
        "select len(repeat('x', 2000000000) || repeat('y', 2000000000) || repeat('z', 2000000000))",
    ],
    ids=["counted by DuckDB", "one list", "one text"],
)
def test_a_memory_bomb_ends_with_a_message_and_the_parent_lives(generation: Generation, statement: str) -> None:
    tight = Limits(seconds=60, memory=GIGABYTE // 2, overhead=GIGABYTE)
    assert problem_of(generation, statement, tight).title in ("Out of memory", "Out of time")
    assert asked(generation, "select 1 as one").rows is not None


def test_one_list_beyond_the_memory_of_the_process_is_out_of_memory(generation: Generation) -> None:
    tight = Limits(seconds=60, memory=GIGABYTE // 2, overhead=GIGABYTE)
    assert problem_of(generation, "select len(list_sort(range(1000000000)))", tight).title == "Out of memory"


def test_what_spills_is_gone_afterwards(generation: Generation) -> None:
    with spill_dir() as folder:
        parent = Path(folder).parent
    before = set(parent.iterdir())
    asked(generation, "select count(*) from (select distinct range, random() from range(3000000))", Limits(seconds=60))
    assert set(parent.iterdir()) == before


# Stopping, and being many ---------------------------------------------------------------------------------------------


def test_an_endless_statement_can_be_cancelled_from_another_thread(generation: Generation) -> None:
    run = Run(generation, ENDLESS, Limits(seconds=60))
    for _ in range(200):
        if not run.is_waiting:
            break
        time.sleep(0.05)
    assert run.wait(0.5) is None
    assert run.seconds > 0.3
    run.cancel()
    answer = run.wait(10)
    assert answer is not None
    assert answer.problem is not None
    assert answer.problem.title == "Cancelled"
    assert answer.seconds < 30


def test_a_cancelled_process_is_gone(generation: Generation) -> None:
    run = Run(generation, ENDLESS, Limits(seconds=60))
    while run.is_waiting:
        time.sleep(0.05)
    assert run._worker is not None
    number = run._worker.pid
    run.cancel()
    run.wait(10)
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


def test_statements_beyond_the_places_wait_their_turn_and_can_be_cancelled_there(generation: Generation) -> None:
    running = [Run(generation, ENDLESS, Limits(seconds=30)) for _ in range(3)]
    while any(each.is_waiting for each in running):
        time.sleep(0.05)
    fourth, fifth = Run(generation, "select 1 as one"), Run(generation, "select 2 as two")
    assert fourth.wait(1) is None
    assert fourth.is_waiting
    fifth.cancel()
    ended = fifth.wait(5)
    assert ended is not None
    assert ended.problem is not None
    for each in running:
        each.cancel()
    answer = fourth.wait(60)
    assert answer is not None
    assert answer.rows is not None
    assert answer.rows["one"].to_list() == [1]


def test_two_statements_at_once_have_their_own_answers(generation: Generation) -> None:
    runs = [Run(generation, f"select {number} as mine, count(*) from range(1000000)") for number in (1, 2)]
    answers = [run.wait(60) for run in runs]
    assert [answer.rows["mine"][0] for answer in answers if answer and answer.rows is not None] == [1, 2]


def test_a_process_that_stood_ready_and_died_is_replaced(generation: Generation) -> None:
    workers.warm()
    spare = workers._spare
    assert spare is not None
    spare.kill()
    spare.wait()
    assert asked(generation, "select 1 as one").rows is not None
