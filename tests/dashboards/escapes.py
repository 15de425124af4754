"""Ways out of the published file: each with how it shows, on a connection that is not hardened, that it is one."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb

SECRET = "planted-in-a-file-of-the-machine"
PLAIN_SECONDS = 2.0

Danger = Callable[["Escape", "Ground"], bool]


@dataclass(frozen=True)
class Ground:
    """Where an attempt is made: a folder with a planted secret, and a copy of the published file that may be written.

    ``opened`` is an ordinary connection to the copy, in which a variable holds the secret too.
    """

    folder: Path
    opened: duckdb.DuckDBPyConnection

    def fill(self, text: str) -> str:
        """Put the places into a statement."""
        for name, place in (("HERE", self.folder), ("OUT", self.folder / "out"), ("DB", self.folder / "own.duckdb")):
            text = text.replace(name, str(place))
        return text

    def rows(self, statement: str) -> str:
        """Run a statement without any fence and return all that it says."""
        planted_frame = duckdb.sql(f"select '{SECRET}' as word").pl()  # A variable that a statement may name.
        assert planted_frame.height
        return str(self.opened.execute(self.fill(statement)).fetchall())


def tells(escape: "Escape", ground: Ground) -> bool:
    """It reads the secret."""
    return SECRET in ground.rows(escape.statement) or SECRET.encode().hex() in ground.rows(escape.statement)


def tells_a_place(escape: "Escape", ground: Ground) -> bool:
    """It tells where the machine keeps something."""
    ground.opened.execute(ground.fill("set temp_directory = 'HERE'"))
    return str(ground.folder) in ground.rows(escape.statement)


def writes(escape: "Escape", ground: Ground) -> bool:
    """It leaves a file or a folder."""
    before = set(ground.folder.rglob("*"))
    for each in escape.statement.split(";;"):
        ground.rows(each)
    ground.opened.close()  # A log or a profile is written at the latest now.
    return set(ground.folder.rglob("*")) > before


def switches_on(escape: "Escape", ground: Ground) -> bool:
    """It makes every later statement leave a file."""
    ground.rows(escape.statement)
    return writes(replace(escape, statement="select 1"), ground)


def changes(count: str) -> Danger:
    """It changes what a count says."""

    def danger(escape: "Escape", ground: Ground) -> bool:
        before = ground.rows(count)
        ground.rows(escape.statement)
        return ground.rows(count) != before

    return danger


def is_tried(escape: "Escape", ground: Ground) -> bool:
    """It gets as far as this machine lets it: it fails for want of a network or a file, not because it may not."""
    ground.opened.execute("set custom_extension_repository = 'http://127.0.0.1:9'")
    ground.opened.execute("set autoinstall_extension_repository = 'http://127.0.0.1:9'")
    try:
        ground.rows(escape.statement)
    except duckdb.Error as error:
        return "Permission" not in str(error) and "disabled" not in str(error)
    return True


def is_endless(escape: "Escape", ground: Ground) -> bool:
    """It runs until somebody stops it."""
    timer = threading.Timer(PLAIN_SECONDS, ground.opened.interrupt)
    timer.start()
    try:
        ground.rows(escape.statement)
    except duckdb.InterruptException:
        return True
    finally:
        timer.cancel()
    return False


def fills_memory(escape: "Escape", ground: Ground) -> bool:
    """It takes more memory than DuckDB was told to take, in a process that is then killed."""
    code = f"import duckdb; duckdb.connect(config={{'memory_limit': '256MB'}}).execute({escape.statement!r})"
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
    try:
        while process.poll() is None:
            if _resident(process.pid) > 512 * (1 << 20):
                return True
            time.sleep(0.02)
        return False
    finally:
        process.kill()
        process.wait()


def _resident(number: int) -> int:
    try:
        told = Path(f"/proc/{number}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) * 1024 for line in told.splitlines() if line.startswith("VmRSS")), 0)


def is_huge(escape: "Escape", ground: Ground) -> bool:
    """It returns more rows than a page or a terminal holds."""
    found = ground.opened.execute(escape.statement).to_arrow_reader(100_000)
    return sum(batch.num_rows for batch, _ in zip(found, range(30), strict=False)) >= 1_000_000


@dataclass(frozen=True)
class Escape:
    """An attempt; ``is_locked_out`` where the locked connection alone, without a look at the statement, holds it."""

    name: str
    statement: str
    danger: Danger
    is_locked_out: bool = True
    expected: str = "Out of reach"
    setup: tuple[str, ...] = field(default=())

    def prepare(self, ground: Ground) -> Any:
        """Make on the ordinary connection what the attempt is after."""
        for each in self.setup:
            ground.opened.execute(ground.fill(each))


PROJECTS = "select count(*) from marts.fct_projects"
SERIALIZED = "json_serialize_sql('select * from read_text(''HERE/secret.txt'')')"

ESCAPES = (
    Escape("read a text", "select content from read_text('HERE/secret.txt')", tells),
    Escape("read bytes", "select hex(content), content from read_blob('HERE/secret.txt')", tells),
    Escape("read a csv", "select * from read_csv('HERE/secret.csv')", tells),
    Escape("read json", "select * from read_json('HERE/secret.json')", tells),
    Escape("sniff a csv", "select * from sniff_csv('HERE/secret.csv')", tells),
    Escape("read parquet by a pattern", "select * from read_parquet('HERE/*.parquet')", tells),
    Escape("read another database", "from read_duckdb('HERE/other.duckdb', table_name = 'people')", tells),
    Escape("name a file as a table", "from 'HERE/secret.csv'", tells),
    Escape("summarize a file", "summarize 'HERE/secret.csv'", tells),
    Escape("describe hides a reader", "summarize select * from read_csv('HERE/secret.csv')", tells),
    Escape("look around", "select * from glob('HERE/planted*')", tells),
    Escape("a statement in a text", "from query('select * from read_text(''HERE/secret.txt'')')", tells),
    Escape("a table in a text", "from query_table('HERE/secret.csv')", tells),
    Escape("a statement as json", f"from json_execute_serialized_sql({SERIALIZED})", tells),
    Escape("a quoted name", "select content from \"read_text\"('HERE/secret.txt')", tells),
    Escape("a full name", "select content from system.main.read_text('HERE/secret.txt')", tells),
    Escape("a comment in between", "select content from read_text/* ; */('HERE/secret.txt') -- ;", tells),
    Escape("deep within", "select (select max(content) from read_text('HERE/secret.txt')) as x from range(1)", tells),
    Escape("a variable of Python", "select * from planted_frame", tells, expected="Catalog error in line 1"),
    Escape("metadata of a file", "select file_name from parquet_metadata('HERE/one.parquet')", tells_a_place),
    Escape("secrets", "select name from duckdb_secrets()", tells, is_locked_out=False,
           setup=(f"create secret \"{SECRET}\" (type http)",)),
    Escape("databases", "select path from duckdb_databases()", tells_a_place, is_locked_out=False),
    Escape("a view of databases", "from duckdb_databases", tells_a_place, is_locked_out=False),
    Escape("settings", "select value from duckdb_settings()", tells_a_place, is_locked_out=False),
    Escape("settings as of Postgres", "select setting from pg_catalog.pg_settings", tells_a_place, is_locked_out=False),
    Escape("one setting", "select current_setting('temp_directory')", tells_a_place, is_locked_out=False),
    Escape("list databases", "pragma database_list", tells_a_place, False, "PRAGMA is refused"),
    Escape("copy out", "copy (select 1) to 'OUT.csv'", writes, expected="COPY is refused"),
    Escape("copy out in parts", "copy (select 1 as a, 2 as b) to 'OUT' (format parquet, partition_by (a))", writes,
           expected="COPY is refused"),
    Escape("export", "export database 'OUT'", writes, expected="EXPORT is refused"),
    Escape("explain and copy", "explain analyze copy (select 1) to 'OUT.csv'", writes, expected="COPY is refused"),
    Escape("a comment before", "/* select */ -- select 1\n copy (select 1) to 'OUT.csv'", writes,
           expected="COPY is refused"),
    Escape("attach a new file", "attach 'OUT.duckdb' as mine", writes, expected="ATTACH is refused"),
    Escape("attach memory", "attach ':memory:' as mine", changes("select count(*) from duckdb_databases()"), False,
           "ATTACH is refused"),
    Escape("log to a file", "from enable_logging(storage = 'file', storage_path = 'OUT')", switches_on, False),
    Escape("profile to a file", "pragma enable_profiling = 'json' ;; pragma profiling_output = 'OUT.json' ;; select 1",
           writes, expected="One statement at a time"),
    Escape("two statements", "select 1; copy (select 1) to 'OUT.csv'", writes, expected="One statement at a time"),
    Escape("a prepared statement", "prepare p as copy (select 1) to 'OUT.csv' ;; execute p", writes,
           expected="One statement at a time"),
    Escape("create a table", "create table analytics.marts.mine as select 1",
           changes("select count(*) from duckdb_tables()"), expected="CREATE is refused"),
    Escape("insert", "insert into analytics.marts.fct_projects select * from analytics.marts.fct_projects limit 1",
           changes(PROJECTS), expected="INSERT is refused"),
    Escape("delete", "delete from analytics.marts.fct_projects", changes(PROJECTS), expected="DELETE is refused"),
    Escape("drop", "drop table analytics.meta.lineage", changes("select count(*) from duckdb_tables()"),
           expected="DROP is refused"),
    Escape("keep a secret", "create persistent secret mine (type http)",
           changes("select count(*) from duckdb_secrets()"), expected="CREATE is refused",
           setup=("set secret_directory = 'HERE/secrets'",)),
    Escape("change the door", "set enable_external_access = false",
           changes("select current_setting('enable_external_access')"), expected="SET is refused"),
    Escape("change the lock", "set lock_configuration = true",
           changes("select current_setting('lock_configuration')"), expected="SET is refused"),
    Escape("spill elsewhere", "set temp_directory = 'OUT'", changes("select current_setting('temp_directory')"),
           expected="SET is refused"),
    Escape("lift the memory", "set memory_limit = '3GB'", changes("select current_setting('memory_limit')"),
           expected="SET is refused"),
    Escape("lift it by pragma", "pragma memory_limit = '3GB'", changes("select current_setting('memory_limit')"),
           expected="PRAGMA is refused"),
    Escape("install", "install httpfs", is_tried, expected="INSTALL is refused"),
    Escape("load", "load httpfs", is_tried, expected="LOAD is refused"),
    Escape("load by path", "load 'HERE/evil.duckdb_extension'", is_tried, expected="LOAD is refused"),
    Escape("over the network", "select * from read_csv('http://127.0.0.1:9/x.csv')", is_tried),
    Escape("over the network as a table", "from 'https://127.0.0.1:9/x.parquet'", is_tried),
    Escape("over the network to a bucket", "from 's3://bucket/x.parquet'", is_tried),
    Escape("the environment", "select getenv('PATH')", is_tried),
    Escape("an endless recursion", "with recursive t(n) as (select 1 union all select n from t) select count(*) from t",
           is_endless, False, "Out of time"),
    Escape("an endless join", "select sum(a.range * b.range) from range(10000000) a, range(10000000) b", is_endless,
           False, "Out of time"),
    Escape("a text that fills the memory", "select len(repeat('x', 2000000000))", fills_memory, False, "Out of memory"),
    Escape("a list that fills the memory", "select len(list_sort(range(1000000000)))", fills_memory, False,
           "Out of memory"),
    Escape("an answer without end", "select * from range(1000000000000)", is_huge, False, "cut"),
)  # fmt: skip
"""What an analyst, or whoever sits at their desk, might try."""
