"""Workbooks without erased persons: without their rows in every sheet, and without whatever stands beside the cells.

The sheet that a mapping reads loses the records that the mapping shows, every other one, hidden or not, the rows whose
text names a person. What is written anew holds names of sheets and texts of cells alone: no comment, defined name,
property, link, formula, format or picture, and no sheet is hidden.
"""

import re
import zipfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from pathlib import Path

import fastexcel
import polars as pl
import xlsxwriter

from pipelines.erasing.texts import Reader, row_text
from pipelines.errors import RefusedFile

NO_MOMENT = datetime(2000, 1, 1)
"""Stands as the moment of a workbook's making, so that the same rows are the same file."""

OF_CELLS = re.compile(
    r"xl/(worksheets/[^/]+|sharedStrings|styles|theme/.*)\.xml|docProps/app\.xml|\[Content_Types\]\.xml"
)
"""Parts of a workbook that hold cells, and those that hold numbers of its own; texts of all others are beside them."""
TEXTS = (".xml", ".rels", ".vml")
TAG = re.compile(r"<[^>]*>")
NAMING = re.compile(r'\b(?:name|displayName|Target|title|v)="([^"]*)"')


@dataclass(frozen=True)
class Sheet:
    """A sheet's cells, and the rows (from 1) that must go; ``name`` is the one under which it is written."""

    name: str
    cells: pl.DataFrame
    gone: frozenset[int]
    is_mapped: bool


def sheets_to_write(path: Path, mapped: str | int, places: Collection[int] | None, reader: Reader) -> list[Sheet]:
    """Return the workbook's sheets, or none where nothing in it names an erased person.

    ``places`` are the rows of the mapped sheet that are theirs, None where no mapping reads the file.
    """
    found = cells_by_sheet(path)
    chosen = dict(enumerate(found)).get(mapped) if isinstance(mapped, int) else mapped
    sheets = []
    for number, (name, cells) in enumerate(found.items(), 1):
        is_mapped = places is not None and name == chosen
        gone = frozenset(places or ()) if is_mapped else rows_naming(name, cells, reader)
        sheets.append(Sheet(f"Erased{number}" if reader.finds(name) else name, cells, gone, is_mapped))
    is_hers = any(sheet.gone for sheet in sheets) or any(reader.finds(text) for text in texts_beside(path))
    return sheets if is_hers else []


def cells_by_sheet(path: Path) -> Mapping[str, pl.DataFrame]:
    """Return the cells of each sheet as text, in their order; raise RefusedFile where it is no workbook."""
    try:
        book = fastexcel.read_excel(path)
        return {name: book.load_sheet(name, header_row=None, dtypes="string").to_polars() for name in book.sheet_names}
    except (fastexcel.FastExcelError, ValueError) as error:
        raise RefusedFile("an Excel workbook", str(error).split("\n", 1)[0]) from error


def rows_naming(name: str, cells: pl.DataFrame, reader: Reader) -> frozenset[int]:
    """Return the rows of a sheet that name an erased person: all where the sheet is called as one."""
    is_hers = reader.knows(name.strip().lower())
    rows = enumerate(cells.iter_rows(), 1)
    return frozenset(number for number, row in rows if is_hers or reader.finds(row_text(row)))


def texts_beside(path: Path) -> Iterator[str]:
    """Yield what a workbook says outside of its cells: comments, properties, defined names, links, drawings."""
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as book:
            parts = [each for each in book.namelist() if each.endswith(TEXTS) and not OF_CELLS.fullmatch(each)]
            texts = [book.read(part).decode("utf-8", "replace") for part in parts]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise RefusedFile("an Excel workbook", str(error)) from error
    for text in texts:
        yield unescape("\n".join((TAG.sub("\n", text), *NAMING.findall(text))))


def write_workbook(target: Path, sheets: Collection[Sheet]) -> frozenset[int]:
    """Write the sheets without the rows that must go; return those of the mapped sheet that are gone."""
    with xlsxwriter.Workbook(target) as written:
        written.set_properties({"created": NO_MOMENT})
        for sheet in sheets:
            kept = [row for number, row in enumerate(sheet.cells.iter_rows(), 1) if number not in sheet.gone]
            write_sheet(written.add_worksheet(sheet.name), kept)
    return frozenset(number for sheet in sheets if sheet.is_mapped for number in sheet.gone)


def write_sheet(sheet: xlsxwriter.worksheet.Worksheet, rows: Collection[tuple[str | None, ...]]) -> None:
    """Write cells as text, blank ones as none."""
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if value is not None:
                sheet.write_string(number, column, value)
