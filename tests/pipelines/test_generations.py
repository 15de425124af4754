"""Generations: their order, how one becomes current, and what a publish that was broken off leaves to the next run."""

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from pipelines import generations
from pipelines.errors import ThroughlineError
from pipelines.generations import FILE, Generation
from pipelines.rollback import roll_back

EARLY, LATE = "20250101T000000Z-aaaaaa", "20260101T000000Z-bbbbbb"


def drafted(published: Path, name: str) -> Generation:
    """Write a generation that nobody points at yet."""
    given = Generation(name, "2026-07-01T00:00:00", "2026-07-02T00:00:00", "b", "c")
    generation = generations.numbered(published, given)
    folder = generations.folder_of(published, generation.generation)
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / FILE)) as connection:
        connection.execute(f"create table whoami as select '{generation.generation}' as name")
    generations.write_facts(folder, generation)
    return generation


def made(published: Path, name: str) -> str:
    generation = drafted(published, name)
    generations.make_current(published, generation)
    return generation.generation


def shown(published: Path) -> str:
    """Return which generation the analysts' copy is of."""
    with duckdb.connect(str(published / FILE), read_only=True) as connection:
        return str(connection.sql("select name from whoami").fetchall()[0][0])


def test_a_clock_that_goes_backward_changes_no_order(tmp_path: Path) -> None:
    made(tmp_path, LATE)
    made(tmp_path, EARLY)
    assert generations.names(tmp_path) == [LATE, EARLY]
    assert roll_back(tmp_path).generation == LATE
    for name in ("20240101T000000Z-cccccc", "20230101T000000Z-dddddd"):
        before = generations.current(tmp_path)
        assert before is not None
        made(tmp_path, name)
        generations.prune(tmp_path, name, before.generation)
    assert generations.names(tmp_path) == [EARLY, "20240101T000000Z-cccccc", "20230101T000000Z-dddddd"]


def test_two_generations_of_one_second_have_two_names(tmp_path: Path) -> None:
    assert [made(tmp_path, EARLY) for _ in range(3)] == [EARLY, f"{EARLY}-2", f"{EARLY}-3"]
    assert generations.names(tmp_path) == [EARLY, f"{EARLY}-2", f"{EARLY}-3"]


def test_the_generation_that_was_current_a_moment_ago_is_kept(tmp_path: Path) -> None:
    for name in ("g1", "g2", "g3"):
        made(tmp_path, name)
    roll_back(tmp_path, "g1")
    made(tmp_path, "g4")
    generations.prune(tmp_path, "g4", "g1")
    assert generations.names(tmp_path) == ["g1", "g3", "g4"]


def test_a_generation_from_before_they_were_numbered_is_older_than_any_numbered_one(tmp_path: Path) -> None:
    made(tmp_path, LATE)
    for path in (tmp_path / "current.json", tmp_path / "generations" / LATE / generations.FACTS):
        path.write_text(path.read_text().replace(',\n  "number": 1', ""))
        assert "number" not in path.read_text()
    made(tmp_path, EARLY)
    assert roll_back(tmp_path).generation == LATE


def test_a_publish_that_ended_before_the_copy_was_handed_over_is_finished(tmp_path: Path) -> None:
    made(tmp_path, "g1")
    later = drafted(tmp_path, "g2")
    generations.lay_ready(tmp_path, later)
    generations.write_whole(tmp_path / generations.POINTER, later.facts)
    assert shown(tmp_path) == "g1"
    generations.mend(tmp_path)
    assert shown(tmp_path) == "g2"
    assert sorted(os.listdir(tmp_path)) == ["analytics.duckdb", "current.json", "generations"]


def test_a_publish_that_ended_before_the_pointer_moved_leaves_no_draft(tmp_path: Path) -> None:
    made(tmp_path, "g1")
    generations.lay_ready(tmp_path, drafted(tmp_path, "g2"))
    for name in (".current.json.new", ".analytics.duckdb.new"):
        (tmp_path / name).write_text("half")
    (tmp_path / "generations" / "g3").mkdir()
    generations.mend(tmp_path)
    assert sorted(os.listdir(tmp_path)) == ["analytics.duckdb", "current.json", "generations"]
    assert sorted(os.listdir(tmp_path / "generations")) == ["g1", "g2"]
    assert shown(tmp_path) == "g1"


def test_a_first_publish_that_ended_before_the_pointer_moved_hands_nothing_out(tmp_path: Path) -> None:
    generations.lay_ready(tmp_path, drafted(tmp_path, "g1"))
    generations.mend(tmp_path)
    assert os.listdir(tmp_path) == ["generations"]
    made(tmp_path, "g2")
    assert shown(tmp_path) == "g2"


@pytest.mark.parametrize("text", ["", "{", '{"generation": "g9"}', None])
def test_where_the_pointer_leads_nowhere_a_copy_that_waits_for_it_is_cleared_and_not_handed_out(
    tmp_path: Path, text: str | None
) -> None:
    made(tmp_path, "g1")
    generations.lay_ready(tmp_path, drafted(tmp_path, "g2"))
    pointer = tmp_path / generations.POINTER
    pointer.write_text(pointer.read_text().replace("g1", "g9") if text is None else text)
    (tmp_path / ".current.json.new").write_text("half")
    generations.mend(tmp_path)
    assert shown(tmp_path) == "g1"
    assert sorted(os.listdir(tmp_path)) == ["analytics.duckdb", "current.json", "generations"]
    (tmp_path / FILE).unlink()
    generations.mend(tmp_path)
    assert not (tmp_path / FILE).exists()
    assert roll_back(tmp_path, "g1").generation == shown(tmp_path) == "g1"


def test_a_copy_that_an_analyst_removed_comes_back(tmp_path: Path) -> None:
    made(tmp_path, "g1")
    (tmp_path / FILE).unlink()
    generations.mend(tmp_path)
    assert shown(tmp_path) == "g1"


def test_what_an_analyst_wrote_into_the_old_copy_keeps_nobody_from_the_new_one(tmp_path: Path) -> None:
    made(tmp_path, "g1")
    with duckdb.connect(str(tmp_path / FILE)) as analyst:
        analyst.execute("create table notes as select 1")
        assert (tmp_path / f"{FILE}.wal").exists()
        made(tmp_path, "g2")
        assert opened_elsewhere(tmp_path / FILE) == "g2"
    assert opened_elsewhere(tmp_path / FILE) == "g2"


def opened_elsewhere(path: Path) -> str:
    """Return which generation another process finds in the copy."""
    script = (
        "import sys, duckdb; print(duckdb.connect(sys.argv[1], read_only=True).sql('from whoami').fetchall()[0][0])"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_disk_that_is_full_while_the_copy_is_laid_ready_leaves_the_pointer_and_no_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(tmp_path, "g1")
    later = drafted(tmp_path, "g2")

    def failing(source: Path, target: Path) -> None:
        target.write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(generations.shutil, "copyfile", failing)
    with pytest.raises(OSError, match="No space"):
        generations.make_current(tmp_path, later)
    assert sorted(os.listdir(tmp_path)) == ["analytics.duckdb", "current.json", "generations"]
    assert shown(tmp_path) == "g1"


def test_a_removal_that_is_broken_off_is_ended_by_the_next_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("g1", "g2"):
        made(tmp_path, name)

    def broken_off(folder: Path) -> None:
        (folder / FILE).unlink()
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(generations.shutil, "rmtree", broken_off)
        with pytest.raises(KeyboardInterrupt):
            generations.keep_only(tmp_path, "g2")
    generations.mend(tmp_path)
    assert os.listdir(tmp_path / "generations") == ["g2"]


@pytest.mark.parametrize("text", [None, "", "{", '{"generation": "g9"}'])
def test_rollback_finds_the_newest_where_the_pointer_is_broken_or_gone(tmp_path: Path, text: str | None) -> None:
    made(tmp_path, "g1")
    made(tmp_path, "g2")
    (tmp_path / "current.json").unlink()
    if text is not None:
        (tmp_path / "current.json").write_text(text)
    now = generations.standing(tmp_path)
    assert now is not None
    assert now.generation == "g2"
    assert roll_back(tmp_path).generation == "g2"
    assert generations.current(tmp_path) == now


def test_rollback_never_makes_a_damaged_generation_current(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("g1", "g2", "g3"):
        made(tmp_path, name)
    file = tmp_path / "generations" / "g2" / FILE
    file.chmod(0o644)
    file.write_bytes(file.read_bytes()[:-4096])
    with pytest.raises(ThroughlineError, match=r"g2: expected the bytes that were published; found others"):
        roll_back(tmp_path, "g2")
    assert shown(tmp_path) == "g3"
    assert roll_back(tmp_path).generation == shown(tmp_path) == "g1"
    assert "g2 is not as it was published" in caplog.text


def test_rollback_passes_over_a_generation_that_is_gone(tmp_path: Path) -> None:
    made(tmp_path, "g1")
    made(tmp_path, "g2")
    (tmp_path / "generations" / "g2" / FILE).unlink()
    with pytest.raises(generations.BrokenPointer, match=r"expected generation g2.*Kept generations: g1\."):
        generations.current(tmp_path)
    assert roll_back(tmp_path).generation == "g1"
    with pytest.raises(ThroughlineError, match="throughline run"):
        roll_back(tmp_path)


def test_generations_say_after_which_number_somebody_was_erased_whichever_is_current(tmp_path: Path) -> None:
    given = Generation("g", "2026-07-01T00:00:00", "2026-07-02T00:00:00", "b", "c")
    made(tmp_path, "g1")
    assert generations.numbered(tmp_path, given).erased_before == 0
    erasing = generations.numbered(tmp_path, given, is_after_erasure=True)
    assert (erasing.number, erasing.erased_before) == (2, 2)
    folder = generations.folder_of(tmp_path, erasing.generation)
    folder.mkdir()
    (folder / FILE).touch()
    generations.write_facts(folder, erasing)
    assert made(tmp_path, "g3") == "g3"
    now = generations.current(tmp_path)
    assert now is not None
    assert (now.number, now.erased_before) == (3, 2)
