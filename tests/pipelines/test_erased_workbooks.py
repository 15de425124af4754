"""A workbook may name a person wherever it has room for text: in every sheet, and beside the cells."""

from collections.abc import Callable
from pathlib import Path

import fastexcel
import pytest
import xlsxwriter

from pipelines.erasing.copies import Cleaned
from pipelines.erasing.forgetting import settle
from tests.pipelines.canary import EMAIL, STUDENT, land, traces
from tests.pipelines.test_erasure import MOMENT, SOME, World

Row = list[str | None]
HEADER: Row = ["application_id", "project_id", "student_id", "applied_at"]
ANN: Row = ["A1", "P1", "S1", "2026-01-01T00:00:00Z"]
SHE: Row = ["A2", "P1", STUDENT, "2026-01-01T00:00:00Z"]
NEVER: Row = ["A3", "P1", "S3", "never"]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    world = World(tmp_path / "world", monkeypatch)
    land(world.landing / "canned", SOME)
    return world


def cleaned(world: World) -> Cleaned:
    """Forget the person and return what became of the landing copies."""
    world.forget(settles=False)
    return settle(world.settings, MOMENT).copies


def write(path: Path, sheets: dict[str, list[Row]], more: Callable[[xlsxwriter.Workbook], object] = str) -> None:
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
        more(book)


def read(path: Path) -> dict[str, list[Row]]:
    book = fastexcel.read_excel(path)
    sheets = {name: book.load_sheet(name, header_row=None, dtypes="string") for name in book.sheet_names}
    return {name: [[*row] for row in sheet.to_polars().rows()] for name, sheet in sheets.items()}


def test_rows_of_other_sheets_go_although_the_mapped_one_holds_nothing_of_her(world: World) -> None:
    book = world.landing / "canned" / "applications-2026-06-30.xlsx"
    notes: list[Row] = [["Finch", "called"], [f"asked\n{EMAIL}", "wrote"], ["7719", STUDENT], ["Ann", None]]
    write(book, {"rows": [HEADER, ANN, NEVER], "notes": notes, "none": []}, lambda book: book.worksheets()[1].hide())
    assert world.run().refused == ()
    assert book.relative_to(world.landing).as_posix() in cleaned(world).rewritten
    assert read(book) == {"rows": [HEADER, ANN, NEVER], "notes": [["Finch", "called"], ["Ann", None]], "none": []}
    assert traces(world.data) == set()
    assert world.query("select line from quarantine.rows") == [(3,)]
    assert world.run().outcomes == ()
    assert cleaned(world) == Cleaned()


def test_rows_go_by_their_own_sheet(world: World) -> None:
    """The third row is hers in the mapped sheet, which is the second one, and somebody else's in the other."""
    book = world.landing / "sheets.xlsx"
    write(book, {"notes": [["Ann"], [STUDENT], ["Bob"]], "rows": [HEADER, ANN, SHE, NEVER]})
    fields = "".join(f'{name} = "{name}"\n' for name in HEADER)
    (world.landing / "x.mapping.toml").write_text(
        'source = "canned"\ndelivered_at = 2026-02-01T00:00:00Z\n[[files]]\npath = "sheets.xlsx"\n'
        f'[files.dialect]\nsheet = "rows"\n[files.entities.applications.fields]\n{fields}'
    )
    assert world.run().refused == ()
    world.forget()
    assert read(book) == {"notes": [["Ann"], ["Bob"]], "rows": [HEADER, ANN, NEVER]}
    assert world.query("select line from quarantine.rows") == [(3,)]
    assert traces(world.data) == set()


def test_a_workbook_that_no_mapping_reads_is_searched_in_all_sheets(world: World) -> None:
    book = world.landing / "notes.xlsx"
    write(book, {"one": [["who"], [None], ["Finch"], [STUDENT]], "two": [["Finch"], [EMAIL.upper()]]})
    assert len(world.run().refused) == 1
    assert "notes.xlsx" in cleaned(world).rewritten
    assert read(book) == {"one": [["who"], [None], ["Finch"]], "two": [["Finch"]]}
    assert traces(world.data) == set()


@pytest.mark.parametrize(
    "beside",
    [
        lambda book: book.worksheets()[0].write_comment(0, 0, f"ask {EMAIL}"),
        lambda book: book.define_name("best", f'="{STUDENT}"'),
        lambda book: book.set_properties({"author": EMAIL}),
        lambda book: book.worksheets()[0].write_url(5, 0, f"mailto:{EMAIL}", string="mail"),
        lambda book: book.worksheets()[0].insert_textbox(3, 3, f"{STUDENT} & friends"),
        lambda book: book.add_worksheet(f"of {STUDENT}"),
    ],
    ids=["comment", "defined name", "property", "link", "text box", "name of a sheet"],
)
def test_who_is_named_beside_the_cells_alone_goes_too(
    world: World, beside: Callable[[xlsxwriter.Workbook], object]
) -> None:
    book = world.landing / "notes.xlsx"
    write(book, {"one": [["Finch", "called"]]}, beside)
    world.run()
    assert any("notes.xlsx" in place for place in traces(world.data))
    assert "notes.xlsx" in cleaned(world).rewritten
    assert read(book)["one"][0] == ["Finch", "called"]
    assert traces(world.data) == set()
    assert cleaned(world) == Cleaned()


def test_a_sheet_that_is_called_as_she_is_loses_all_rows_and_its_name(world: World) -> None:
    book = world.landing / "notes.xlsx"
    write(book, {"Ann": [["called"]], STUDENT: [["wants to leave"]], "Bob": [["wrote"]]})
    world.run()
    world.forget()
    assert read(book) == {"Ann": [["called"]], "Erased2": [], "Bob": [["wrote"]]}


@pytest.mark.parametrize(("name", "content"), [("notes.xlsx", b"PK\x03\x04 no workbook"), ("notes.parquet", b"PAR1?")])
def test_what_cannot_be_read_is_told(world: World, name: str, content: bytes) -> None:
    (world.landing / name).write_bytes(content)
    world.run()
    assert cleaned(world).unread == (name,)
