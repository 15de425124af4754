"""The kernel's fence around a statement's process, which holds where a statement gets past everything else."""

import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from dashboards.analysis.running import Run
from dashboards.database import Generation
from tests.conftest import ROOT
from tests.dashboards.escapes import SECRET
from tests.dashboards.test_escapes import TIGHT

FENCED = """
import socket, sys
from pathlib import Path
from dashboards.analysis.fence import fence_off
published, own, other = map(Path, sys.argv[1:4])
port, is_fenced = int(sys.argv[4]), sys.argv[5]
if is_fenced == "yes" and not fence_off([published], own):
    print("no fence")
    sys.exit()
def tried(what):
    try:
        what()
    except PermissionError:
        return "held"
    return "done"
print(
    tried(published.read_bytes), tried(lambda: (own / "x").write_text("x")), tried(other.read_text),
    tried(lambda: (other.parent / "new").write_text("x")), tried(lambda: published.open("ab")),
    tried(lambda: list(other.parent.iterdir())), tried(lambda: socket.create_connection(("127.0.0.1", port), 5)),
)
"""


@pytest.mark.parametrize(
    ("is_fenced", "expected"),
    [
        ("yes", ["done", "done", "held", "held", "held", "held", "held"]),
        ("no", ["done", "done", "done", "done", "done", "done", "done"]),
    ],
    ids=["fenced", "the positive control"],
)
def test_a_fenced_process_reads_its_file_writes_its_folder_and_nothing_else(
    tmp_path: Path, is_fenced: str, expected: list[str]
) -> None:
    for name in ("own", "other", "published"):
        (tmp_path / name).mkdir()
    (tmp_path / "published" / "analytics").write_text("published")
    (tmp_path / "other" / "secret.txt").write_text(SECRET)
    places = [tmp_path / "published" / "analytics", tmp_path / "own", tmp_path / "other" / "secret.txt"]
    with socket.create_server(("127.0.0.1", 0)) as server:
        told = [*map(str, places), str(server.getsockname()[1]), is_fenced]
        done = subprocess.run(
            [sys.executable, "-c", FENCED, *told], cwd=ROOT, capture_output=True, text=True, check=True
        )
    if done.stdout.strip() == "no fence":
        pytest.skip("needs Landlock, which Linux has from 5.13 on")
    assert done.stdout.split() == expected


def test_a_copy_beside_the_published_file_is_held_where_the_locked_connection_lets_it_pass(
    generation: Generation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DuckDB lets a statement write the log of an attached file, and its next reader would replay it."""
    monkeypatch.setattr("dashboards.analysis.running.refused", lambda statement: None)
    own = tmp_path / "analytics.duckdb"
    shutil.copyfile(generation.path, own)
    beside = tmp_path / "analytics.duckdb.wal"
    copied = Generation(generation.identifier, own, generation.as_of)
    statement = f"copy (select 1) to '{beside}' (format csv)"
    answer = Run(copied, statement, TIGHT).wait(60)
    assert answer is not None
    if answer.problem is None:
        pytest.skip("needs Landlock, which Linux has from 5.13 on")
    assert not beside.exists()
    assert str(tmp_path) not in str(answer.problem)
