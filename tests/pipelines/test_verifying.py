"""What is damaged behind everybody's back is found and named; what is whole is said to be."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from pipelines import digests, generations
from pipelines.generations import Generation
from pipelines.ingest import IngestReport, ingest
from pipelines.ledger import Batch
from pipelines.lock import writer_lock
from pipelines.opening import opened
from pipelines.settings import Settings
from pipelines.verifying import NotWhole, verified
from pipelines.warehouse import open_warehouse
from tests.conftest import Project

MOMENT = datetime(2026, 11, 22)
ROWS = "employer_id,name,joined_at\nE1,Acme,2026-01-01\nE2,Bolt,2026-01-01\nE3,Cast,never\n"


class Kept:
    """A data folder with one generation and one loaded file, of whose rows one is in quarantine."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.settings = Settings(data=data)
        self.file = data / "landing" / "employers_2026-05-01.csv"
        self.file.parent.mkdir(parents=True)
        self.file.write_text(ROWS)
        self.load()
        self.publish("g1")

    def load(self) -> IngestReport:
        with opened(self.settings) as connection:
            return ingest(connection, self.settings.landing_dir, Batch("b1", MOMENT))

    def publish(self, name: str) -> None:
        published = self.settings.published_dir
        folder = generations.folder_of(published, name)
        folder.mkdir(parents=True)
        for each, mode in generations.MODES.items():
            with duckdb.connect(str(folder / each)) as connection:
                connection.execute(f"create table whoami as select '{name}' as name from range(100)")
            (folder / each).chmod(mode)
        number = 1 + len(generations.kept(published))
        generation = Generation(name, "2026-07-01T00:00:00", "2026-07-02T00:00:00", "b1", "c", number)
        generations.write_facts(folder, generation)
        generations.make_current(published, generation)

    @property
    def generation(self) -> Path:
        return self.settings.published_dir / "generations" / "g1" / "analytics.duckdb"

    def change(self, statement: str) -> None:
        with open_warehouse(self.settings.warehouse_path) as connection:
            connection.execute(statement)


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path / "data")


def flip(path: Path, place: int = -1) -> None:
    """Change one byte and nothing that the file system tells of the file."""
    before = path.stat()
    path.chmod(0o600)
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    path.chmod(before.st_mode & 0o777)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def problems(kept: Kept) -> str:
    with pytest.raises(NotWhole) as found:
        list(verified(kept.settings))
    assert found.value.next_command is not None
    return str(found.value)


def test_what_is_whole_is_said_to_be(kept: Kept) -> None:
    *_, last = lines = list(verified(kept.settings))
    assert last.startswith("whole ")
    assert "landing     1 files are as they were loaded" in lines
    assert any("of 1 deliveries compared" in line for line in lines)
    assert any(line.startswith("generation  g1: ") for line in lines)


DAMAGES: dict[str, tuple[Callable[[Kept], object], str]] = {
    "a byte of a generation": (lambda kept: flip(kept.generation), "generations/g1/analytics.duckdb: expected SHA-256"),
    "a byte of the contacts": (
        lambda kept: flip(kept.generation.with_name("restricted.duckdb")),
        "generations/g1/restricted.duckdb: expected SHA-256",
    ),
    "who may write a generation": (lambda kept: kept.generation.chmod(0o644), "expected mode 0444; found 0644"),
    "a file of a generation": (
        lambda kept: kept.generation.with_name("restricted.duckdb").unlink(),
        "restricted.duckdb: expected a file; found none",
    ),
    "the facts of a generation": (
        lambda kept: kept.generation.with_name("generation.json").write_text("{"),
        "generations/g1: expected a file and a generation.json that can be read; found none. It is what is shown",
    ),
    "the pointer": (
        lambda kept: (kept.settings.published_dir / "current.json").write_text("{"),
        "expected a pointer to a generation",
    ),
    "the whole pointer": (
        lambda kept: (kept.settings.published_dir / "current.json").unlink(),
        "published/current.json: expected a pointer to a generation; found none beside g1",
    ),
    "the analysts' copy": (
        lambda kept: flip(kept.settings.published_dir / "analytics.duckdb"),
        "expected a copy of the current generation; found another",
    ),
    "a byte of a landing file": (
        lambda kept: flip(kept.file, 40),
        "landing/employers_2026-05-01.csv: expected the bytes that were loaded",
    ),
    "a value in raw": (
        lambda kept: kept.change("update raw.employers set name = 'Acne' where employer_id = 'E1'"),
        "raw.employers: employers_2026-05-01.csv (employers)",
    ),
    "a row of raw, the count made up for": (
        lambda kept: kept.change("update raw.employers set employer_id = 'E2' where employer_id = 'E1'"),
        "raw.employers: employers_2026-05-01.csv",
    ),
    "a row of raw": (
        lambda kept: kept.change("delete from raw.employers where employer_id = 'E1'"),
        "expected 2 rows in raw, by the ledger; found 1",
    ),
    "a text in quarantine": (
        lambda kept: kept.change("update quarantine.rows set raw_text = 'E3,Cast,2026-01-01'"),
        "quarantine.rows: employers_2026-05-01.csv",
    ),
    "rows of no delivery": (
        lambda kept: kept.change(
            "insert into raw.employers by name "
            "select * replace ('other' as _source, 'E9' as employer_id) from raw.employers limit 1"
        ),
        "of other, delivered 2026-05-01 00:00:00: expected no row, by the ledger",
    ),
    "the books": (lambda kept: kept.change("update ops.deliveries set rows_read = 4"), "expected 4 rows, by the file"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_named(kept: Kept, damage: str) -> None:
    harm, said = DAMAGES[damage]
    harm(kept)
    assert said in problems(kept)


def test_a_file_that_left_the_landing_folder_is_no_fault_and_named(kept: Kept) -> None:
    kept.file.unlink()
    lines = list(verified(kept.settings))
    assert lines[-1].startswith("whole")
    assert any("1 files that were loaded are no longer there" in line and kept.file.name in line for line in lines)


def test_what_was_made_before_there_was_a_record_is_not_called_broken(kept: Kept) -> None:
    facts = kept.generation.with_name("generation.json")
    facts.write_text(
        json.dumps({name: told for name, told in json.loads(facts.read_text()).items() if name != "files"})
    )
    for column in ("raw_digest", "held_digest", "digested_by"):
        kept.change(f"alter table ops.deliveries drop column {column}")
    lines = list(verified(kept.settings))
    assert "generation  g1: made before its bytes were recorded" in lines
    assert any("1 deliveries are not recorded by this version" in line for line in lines)


def test_digests_of_another_version_cannot_tell_and_are_made_anew_by_the_next_ingest(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digests, "maker", lambda entity: "duckdb 9.9.9")
    assert any("1 deliveries are not recorded by this version" in line for line in verified(kept.settings))
    kept.load()
    assert any("of 1 deliveries compared" in line for line in verified(kept.settings))
    kept.change("update raw.employers set name = 'Acne' where employer_id = 'E1'")
    assert "raw.employers" in problems(kept)


def test_a_file_that_was_replaced_is_whole_again_once_it_is_loaded(kept: Kept) -> None:
    kept.file.write_text(ROWS.replace("Bolt", "Bolts"))
    assert "A run loads it if it is a new delivery" in problems(kept)
    kept.load()
    assert [*verified(kept.settings)][-1].startswith("whole")


READER = "import sys, duckdb; held = duckdb.connect(sys.argv[1], read_only=True); print('held', flush=True); input()"


def test_the_command_names_what_differs_and_what_to_type(kept: Kept, tmp_path: Path) -> None:
    project = Project(tmp_path)
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(kept.settings.warehouse_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert reader.stdout is not None
    assert reader.stdout.readline() == "held\n"
    whole = project.throughline("verify")
    reader.communicate("\n")
    assert whole.returncode == 0, whole.stderr
    flip(kept.settings.published_dir / "analytics.duckdb")
    broken = project.throughline("verify")
    assert broken.returncode == 1
    assert broken.stderr.splitlines()[-1] == "Next: throughline rollback g1"
    assert project.throughline("rollback", "g1").returncode == 0
    assert project.throughline("verify").returncode == 0


def test_while_a_run_is_going_on_it_is_named(kept: Kept, tmp_path: Path) -> None:
    with writer_lock(kept.settings.warehouse_dir / "writer.lock", MOMENT):
        done = Project(tmp_path).throughline("verify")
    assert done.returncode == 1
    assert f'"pid": {os.getpid()}' in done.stderr


def test_with_nothing_there_is_nothing_to_verify(tmp_path: Path) -> None:
    done = Project(tmp_path).throughline("verify")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "Next: throughline run"
