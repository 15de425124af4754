"""A person who was forgotten is in no file, and no later delivery brings them back."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.contract import ENTITIES
from pipelines.digests import differences
from pipelines.erasing import debts, forgetting, identities
from pipelines.erasing.forgetting import planned, request, settle
from pipelines.erasing.ties import personal
from pipelines.ingest import IngestReport, ingest
from pipelines.ledger import Batch
from pipelines.opening import opened, reading
from pipelines.pseudonyms import load_pseudonyms
from pipelines.reconcile import warehouse_problems
from pipelines.replaying import Replay, replay
from pipelines.settings import Settings
from tests.pipelines.canary import (
    APPLICATION,
    EMAIL,
    FORMATS,
    SECOND_EMAIL,
    STUDENT,
    Row,
    her_rows,
    land,
    other_rows,
    traces,
)

MOMENT = datetime(2026, 7, 2)
HERS, OTHERS = her_rows("E1", "P1"), other_rows("E1", "P1")
BOTH = {entity: [*OTHERS[entity], *HERS[entity]] for entity in HERS}
FEW = (
    "students", "student_emails", "applications",
    "ats_candidates", "ats_candidate_emails", "ats_candidate_external_ids",
)  # fmt: skip
SOME = {entity: BOTH[entity] for entity in FEW}


class World:
    """A data folder, without dbt: what lands is ingested, and erasures are settled after each run."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.data = folder / "data"
        self.landing = self.data / "landing"
        self.landing.mkdir(parents=True)
        monkeypatch.setenv("THROUGHLINE_DATA", str(self.data))
        monkeypatch.setenv("THROUGHLINE_KEY_FILE", str(folder / "secrets" / "key"))
        self.settings = Settings()
        self.batches = 0

    def run(self, *, settles: bool = True) -> IngestReport:
        self.batches += 1
        batch = Batch(f"batch-{self.batches:03}", MOMENT)
        with opened(self.settings) as connection:
            report = ingest(connection, self.landing, batch, keys=self.settings.pseudonym_keys)
        if settles:
            settle(self.settings, MOMENT)
        return report

    def forget(self, person: str = STUDENT, *, settles: bool = True) -> None:
        with opened(self.settings) as connection:
            request(connection, person, self.settings.pseudonym_keys(), MOMENT)
        if settles:
            settle(self.settings, MOMENT)

    def replay(self) -> Replay:
        with opened(self.settings) as connection:
            return replay(connection, self.landing, Batch("replay", MOMENT), None, keys=self.settings.pseudonym_keys)

    def query(self, sql: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.settings.warehouse_path), read_only=True) as connection:
            return connection.sql(sql).fetchall()

    def raw(self) -> dict[str, list[tuple[object, ...]]]:
        """What ``raw`` holds, without where it comes from."""
        found = {}
        for entity in ENTITIES.values():
            names = ", ".join([*(column.name for column in entity.columns), "_delivered_at", "_is_deleted"])
            found[entity.name] = self.query(f"select {names} from raw.{entity.name} order by all")
        return found

    def books(self) -> list[str]:
        return warehouse_problems(self.settings.warehouse_path)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Lend a world; whatever the test did, the ledger must know the rows of each delivery after it."""
    world = World(tmp_path / "world", monkeypatch)
    yield world
    if world.settings.warehouse_path.exists():
        with reading(world.settings) as connection:
            assert differences(connection)[0] == []


@pytest.fixture
def without_her(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, list[Row]]], World]:
    def made(rows: dict[str, list[Row]]) -> World:
        other = World(tmp_path / "without", monkeypatch)
        land(other.landing / "canned", {entity: OTHERS[entity] for entity in rows})
        other.run()
        return other

    return made


def test_every_entity_that_names_a_person_is_covered() -> None:
    assert set(personal()) == set(HERS) == set(FORMATS)


@pytest.mark.parametrize("person", [STUDENT, f" {SECOND_EMAIL.upper()} "])
def test_the_world_is_then_one_that_never_had_the_person(
    world: World, without_her: Callable[[dict[str, list[Row]]], World], person: str
) -> None:
    land(world.landing / "canned", BOTH)
    assert world.run().refused == ()
    before = traces(world.data)
    tables = {place.split(": ")[1] for place in before if "warehouse" in place}
    assert tables >= {f"raw.{entity}" for entity in HERS}
    assert {place.split(":")[0] for place in before} >= {
        f"landing/canned/{entity}.{format}" for entity, format in FORMATS.items()
    }
    world.forget(person)
    assert traces(world.data) == set()
    assert world.books() == []
    assert world.raw() == without_her(BOTH).raw()


def test_the_original_files_bring_nothing_back(world: World, tmp_path: Path) -> None:
    land(world.landing / "canned", BOTH)
    shutil.copytree(world.landing, tmp_path / "originals")
    world.run()
    world.forget()
    left = world.raw()
    shutil.copytree(tmp_path / "originals", world.landing, dirs_exist_ok=True)
    assert world.run().is_new is False
    assert traces(world.data) == set()
    shutil.copytree(tmp_path / "originals" / "canned", world.landing / "again")
    assert traces(world.data) != set()
    world.run()
    assert traces(world.data) == set()
    later = world.landing / "later"
    land(later, BOTH)
    (later / "delivery.toml").write_text('source = "canned"\ndelivered_at = 2026-07-01T06:00:00Z\n')
    assert world.run().is_new
    assert traces(world.data) == set()
    assert world.books() == []
    assert {entity: len(rows) for entity, rows in world.raw().items()} == {
        entity: 2 * len(rows) for entity, rows in left.items()
    }
    (counted,) = world.query("select sum(rows_erased) from ops.deliveries where delivered_at >= timestamp '2026-07-01'")
    assert counted == (sum(map(len, HERS.values())),)


def test_what_is_left_needs_no_second_load_and_can_be_moved(world: World) -> None:
    land(world.landing / "canned", SOME)
    world.run()
    world.forget()
    left = world.raw()
    assert world.run().outcomes == ()
    (world.landing / "canned").rename(world.landing / "moved")
    assert {each.status for each in world.run().outcomes} == {"repeated"}
    assert world.raw() == left


def test_a_warehouse_made_anew_after_an_erasure_lacks_her_until_her_files_arrive_again(
    world: World, tmp_path: Path
) -> None:
    """Requests are kept in the warehouse alone; the landing copies are clean already."""
    land(world.landing / "canned", SOME)
    shutil.copytree(world.landing / "canned", tmp_path / "originals")
    world.run()
    world.forget()
    held = "select entity, line, rule, raw_text from quarantine.rows order by all"
    before = world.raw(), world.query(held)
    shutil.rmtree(world.settings.warehouse_dir)
    world.run()
    assert (world.raw(), world.query(held)) == before
    assert traces(world.data) == set()
    shutil.rmtree(world.landing / "canned")
    shutil.copytree(tmp_path / "originals", world.landing / "canned")
    world.run()
    assert traces(world.data) != set()
    world.forget()
    assert traces(world.data) == set()


def test_other_records_keep_their_bytes(world: World) -> None:
    folder = world.landing / "canned"
    land(folder, OTHERS)
    hers = ",".join(str(value) for value in HERS["students"][0].values())
    text = (folder / "students.csv").read_text().replace("Roberta", '"Ro""berta\r\n, of ""Finch"""')
    (folder / "students.csv").write_bytes(f"{text}{hers}\n\n{text.splitlines()[0]}".encode())
    world.run()
    world.forget()
    assert (folder / "students.csv").read_bytes() == f"{text}\n{text.splitlines()[0]}".encode()


def test_rows_in_quarantine_go_too_and_the_lines_of_the_others_follow(world: World) -> None:
    folder = world.landing / "canned"
    land(folder, {"students": HERS["students"]}, suffix="-2026-06-30")
    (folder / "students.csv").write_text(
        "student_id,given_name,family_name,joined_at,consent_analytics,consent_contact\n"
        f"{STUDENT},Quillerina,Zanzibarova,never,true,true\n"
        f"{STUDENT},too,few\n"
        "S2,Bob,Lee,never,true,true\n"
        ",quillerina,ZANZIBAROVA,2026-01-01,true,true\n"
        "S3,Ann,Lee,2026-01-01,true,true\n"
    )
    (folder / "applications.ndjson").write_text(
        f'{{"application_id": "A1", "project_id": "P1", "student_id": "{STUDENT}", "applied_at": "2026-01-01"}}\n'
        f'[no object, but "{STUDENT}"]\n'
        '{"application_id": "A1", "project_id": "P2", "student_id": "S3", "applied_at": "soon"}\n'
    )
    world.run()
    assert len(world.query("select 1 from quarantine.rows")) == 6
    world.forget()
    assert traces(world.data) == set()
    assert world.query("select entity, line, found from quarantine.rows") == [("students", 2, "never")]
    books = "select rows_read, rows_loaded, rows_quarantined, rows_erased from ops.deliveries where status = 'loaded'"
    assert sorted(world.query(books)) == [(1, 0, 0, 1), (3, 0, 0, 3), (5, 1, 1, 3)]
    assert world.books() == []


def test_children_that_come_before_their_parents_are_found_when_these_come(world: World) -> None:
    world.forget()
    assert world.query("select count(*) from ops.erasures") == [(1,)]
    for number, entity in enumerate(reversed(list(HERS))):
        land(world.landing / f"canned-{number:02}", {entity: BOTH[entity]})
        world.run()
    assert traces(world.data) == set()
    assert world.books() == []
    assert [rows for entity, rows in world.raw().items() if len(rows) != len(OTHERS.get(entity, []))] == []


def test_nothing_is_computed_by_row_where_nobody_was_erased(world: World) -> None:
    def no_keys() -> dict[int, bytes]:
        raise AssertionError("asked for the keys")

    land(world.landing / "canned", OTHERS)
    with opened(world.settings) as connection:
        assert ingest(connection, world.landing, Batch("one", MOMENT), keys=no_keys).refused == ()


def test_a_plan_changes_nothing(world: World) -> None:
    land(world.landing / "canned", BOTH)
    world.run()
    before = world.raw()
    with opened(world.settings) as connection:
        plan = planned(connection, EMAIL, world.settings.pseudonym_keys())
    assert {table.removeprefix("raw."): rows for table, rows in plan.rows.items() if table.startswith("raw.")} == {
        entity: len(rows) for entity, rows in HERS.items()
    }
    assert len(plan.files) == len(HERS)
    assert world.raw() == before
    assert world.query("select count(*) from ops.erased_identities") == [(0,)]


def test_forgetting_twice_is_forgetting_once(world: World) -> None:
    land(world.landing / "canned", SOME)
    world.run()
    world.forget()
    kept = world.query("select * from ops.erased_identities order by all")
    world.forget()
    assert world.query("select * from ops.erased_identities order by all") == kept
    assert world.query("select count(*) from ops.erasures") == [(1,)]


@pytest.mark.parametrize("step", ["cleaned_copies", "sweep", "rewrite", "sync"])
def test_a_run_that_breaks_off_is_finished_by_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch, step: str, without_her: Callable[[dict[str, list[Row]]], World]
) -> None:
    def breaks(*arguments: object, **options: object) -> None:
        raise KeyboardInterrupt

    land(world.landing / "canned", SOME)
    world.run()
    owner = forgetting.generations if step == "sync" else forgetting
    with monkeypatch.context() as broken:
        broken.setattr(owner, step, breaks)
        with pytest.raises(KeyboardInterrupt):
            world.forget()
    world.run()
    assert traces(world.data) == set()
    assert world.books() == []
    assert world.raw() == without_her(SOME).raw()


def test_a_file_that_is_being_put_in_place_is_known_whenever_the_run_ends(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    replaced = os.replace

    def breaks(source: Path, target: Path) -> None:
        if source.suffix == ".erasing":
            raise KeyboardInterrupt
        replaced(source, target)

    land(world.landing / "canned", SOME)
    world.run()
    with monkeypatch.context() as broken:
        broken.setattr("pipelines.erasing.copies.os.replace", breaks)
        with pytest.raises(KeyboardInterrupt):
            world.forget()
    world.run()
    assert traces(world.data) == set()
    assert world.run().outcomes == ()
    assert all(len(world.raw()[entity]) == len(OTHERS[entity]) for entity in SOME)


def test_no_generation_is_made_or_chosen_while_an_erasure_is_under_way(world: World) -> None:
    land(world.landing / "canned", SOME)
    world.run()
    world.forget(settles=False)
    with pytest.raises(forgetting.ErasureUnfinished, match="throughline run"):
        forgetting.refuse_unfinished(world.settings)
    settle(world.settings, MOMENT)
    forgetting.refuse_unfinished(world.settings)
    with pytest.raises(forgetting.ErasureUnfinished, match=debts.PUBLISH):
        forgetting.refuse_rollback(world.settings)


def snapshot(world: World, name: str, delivered_at: str, rows: list[Row]) -> None:
    folder = world.landing / name
    land(folder, {"student_emails": rows})
    (folder / "delivery.toml").write_text(f'source = "canned"\ndelivered_at = {delivered_at}\ndelivery = "snapshot"\n')


def test_a_snapshot_reports_an_erased_key_neither_as_new_nor_as_deleted(world: World) -> None:
    snapshot(world, "first", "2026-05-01T00:00:00Z", BOTH["student_emails"])
    snapshot(world, "second", "2026-05-02T00:00:00Z", [*reversed(BOTH["student_emails"])])
    world.run()
    world.forget()
    books = "select rows_read, rows_loaded, rows_unchanged, rows_erased from ops.deliveries where status = 'loaded'"
    assert sorted(world.query(books)) == [(4, 0, 2, 2), (4, 2, 0, 2)]
    hers = ", ".join(f"md5('{STUDENT}' || chr(31) || '{each}')" for each in (EMAIL, SECOND_EMAIL))
    remembered = f"select count(*), count(*) filter (where _key in ({hers})) from ops.snapshot_rows"
    assert world.query(remembered) == [(4, 0)]
    snapshot(world, "third", "2026-05-03T00:00:00Z", BOTH["student_emails"][::-1])
    snapshot(world, "late", "2026-05-01T12:00:00Z", BOTH["student_emails"][1:])
    world.run()
    assert world.query("select count(*), count(*) filter (where _is_deleted) from raw.student_emails") == [(4, 1)]
    assert traces(world.data) == set()
    assert world.books() == []


def test_a_replay_after_an_erasure_finds_the_lines_that_are_left(world: World) -> None:
    mapping = world.landing / "x.mapping.toml"
    text = (
        'source = "canned"\ndelivered_at = 2026-02-01T00:00:00Z\n[[files]]\npath = "applications.csv"\n'
        '[files.entities.applications.fields]\napplication_id = "id"\nproject_id = "project"\nstudent_id = "who"\n'
        'applied_at = "at"\nstatus = "state"\n[files.entities.applications.values.status]\nnew = "open"\n'
    )
    mapping.write_text(text)
    (world.landing / "applications.csv").write_text(
        f"id,project,who,at,state\n1,P1,S1,2026-01-01,new\n2,P1,{STUDENT},2026-01-01,hold\n3,P1,S3,2026-01-01,hold\n"
    )
    world.run()
    world.forget()
    assert world.query("select line from quarantine.rows") == [(3,)]
    mapping.write_text(text + 'hold = "open"\n')
    done = world.replay()
    assert (done.loaded, done.left, done.reasons) == (1, 0, {})
    assert world.query("select application_id from raw.applications order by 1") == [("1",), ("3",)]
    assert traces(world.data) == set()


def test_a_replay_obeys_an_erasure_that_only_the_mended_mapping_shows(world: World) -> None:
    mapping = world.landing / "x.mapping.toml"
    text = (
        'source = "canned"\ndelivered_at = 2026-02-01T00:00:00Z\n[[files]]\npath = "applications.csv"\n'
        '[files.entities.applications.fields]\napplication_id = "id"\nproject_id = "project"\n'
        'student_id = {{ template = "{template}" }}\napplied_at = "at"\nstatus = "state"\n'
    )
    mapping.write_text(text.format(template="{who}-wrong"))
    (world.landing / "applications.csv").write_text(
        "id,project,who,at,state\n1,P1,7719,2026-01-01,hold\n2,P1,7720,2026-01-01,hold\n"
    )
    world.run()
    world.forget()
    mapping.write_text(
        text.format(template="CANARY-{who}") + '[files.entities.applications.values.status]\nhold = "open"\n'
    )
    done = world.replay()
    assert (done.loaded, done.left) == (1, 0)
    assert world.query("select rows_loaded, rows_quarantined, rows_erased from ops.deliveries") == [(1, 0, 1)]
    assert world.books() == []


def test_an_address_that_others_use_leads_to_nobody_else(world: World) -> None:
    office = "careers@office.example"
    shared = {
        **SOME,
        "ats_candidate_emails": [
            *SOME["ats_candidate_emails"],
            *(
                {"system": "canned", "candidate_id": each, "value": office}
                for each in ("canary-cand-1", "finch-cand-1")
            ),
        ],
    }
    land(world.landing / "canned", shared)
    world.run()
    world.forget()
    assert world.query("select count(*) from raw.ats_candidates") == [(len(OTHERS["ats_candidates"]),)]
    assert world.query(f"select candidate_id from raw.ats_candidate_emails where value = '{office}'") == [
        ("finch-cand-1",)
    ]
    assert traces(world.data) == set()


def test_a_number_of_another_system_is_not_taken_for_a_student(world: World) -> None:
    rows = [{"system": "canned", "candidate_id": "c1", "value": "S1", "kind": "badge"}]
    land(world.landing / "canned", {"ats_candidate_external_ids": rows})
    world.run()
    world.forget("S1")
    assert world.query("select count(*) from raw.ats_candidate_external_ids") == [(1,)]


def test_a_file_that_no_mapping_reads_is_searched_line_by_line(world: World) -> None:
    stray = world.landing / "notes.csv"
    stray.write_text(f"who,what\nsomebody,else\n{EMAIL},called\n")
    (world.landing / "students.csv").write_text(f"wrong,header\n{STUDENT},x\nS2,y\n")
    land(world.landing / "canned", SOME)
    assert len(world.run().refused) == 2
    world.forget()
    assert stray.read_text() == "who,what\nsomebody,else\n"
    assert (world.landing / "students.csv").read_text() == "wrong,header\nS2,y\n"
    assert traces(world.data) == set()


def test_without_the_key_that_remembers_the_erased_nothing_is_loaded(world: World) -> None:
    world.forget()
    world.settings.key_file.write_text("2:" + "0123456789abcdef" * 4)
    land(world.landing / "canned", SOME)
    with pytest.raises(identities.ErasureKeyMissing, match="version 1"):
        world.run()
    assert world.query("select count(*) from raw.students") == [(0,)]


def test_erasures_outlive_a_new_version_of_the_key(world: World) -> None:
    world.forget()
    assert world.settings.rotated_pseudonym_key() == 2
    land(world.landing / "canned", SOME)
    world.run()
    assert traces(world.data) == set()
    assert {version for (version,) in world.query("select key_version from ops.erased_identities")} == {1, 2}


def test_what_is_kept_of_the_person_is_no_published_pseudonym(world: World) -> None:
    land(world.landing / "canned", BOTH)
    world.run()
    with opened(world.settings) as connection:
        load_pseudonyms(connection, world.settings.pseudonym_keys())
    keys = {key for (key,) in world.query("select student_key from pseudonyms.students")}
    world.forget()
    kept = world.query("select kind, digest, text_digest from ops.erased_identities")
    assert {kind for kind, *_ in kept} >= {"students", "email", "ats_candidates", "applications", "engagements"}
    assert not [each for each in kept if str(each[1])[:16] in keys or str(each[2])[:16] in keys]
    assert APPLICATION not in str(kept)
