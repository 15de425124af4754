"""The figures of ``make faults`` are what was recorded, summed by name."""

from pathlib import Path

import pytest

from tests.faults.figures import record, recorded, table


def test_figures_of_a_name_add_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "figures.jsonl"
    monkeypatch.setenv("THROUGHLINE_FIGURES", str(path))
    record("orders", 3, 3)
    record("files", 5, 4)
    record("orders", 2, 1)
    assert recorded(path) == {"orders": (5, 4), "files": (5, 4)}


def test_nothing_is_recorded_where_nobody_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("THROUGHLINE_FIGURES", raising=False)
    monkeypatch.chdir(tmp_path)
    record("orders", 3, 3)
    assert [*tmp_path.iterdir()] == []


def test_the_table_sums_the_kills() -> None:
    lines = table({"orders": (3, 3), "kill at b": (2, 1), "kill after a": (4, 4)})
    assert [line.split() for line in lines] == [
        ["tried", "survived"],
        ["kill", "after", "a", "4", "4"],
        ["kill", "at", "b", "2", "1"],
        ["kills", "in", "all", "6", "5"],
        ["orders", "3", "3"],
    ]


def test_an_empty_table_has_a_head() -> None:
    assert len(table({})) == 1
