import io
import re
import zipfile

import polars as pl
import pytest

from dashboards.exports import MIME, as_bytes, lazily

ROWS = pl.DataFrame({"name": ["=1+1", "plain"], "count": [1, 2]})


def test_text_that_a_spreadsheet_would_run_is_quoted_in_csv() -> None:
    assert as_bytes(ROWS, "csv").decode().splitlines() == ["name,count", "'=1+1,1", "plain,2"]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1+1", "@sum(1)", "\t=1", "\n=1", " =1", "\uff1d1", "x;=cmd|'/c calc'!A0", "x\n@sum(1)"]
)
def test_no_way_to_begin_a_formula_is_left_in_csv(text: str) -> None:
    for kind in (pl.String, pl.Categorical, pl.Enum([text])):
        found = as_bytes(pl.DataFrame({text: pl.Series([text], dtype=kind)}), "csv").decode()
        parts = re.split(r"[;\n]", found.replace('"', ""))
        assert not [part for part in parts if part.strip()[:1] in ("=", "+", "-", "@", "\uff1d")]


def test_no_text_becomes_a_link_in_excel() -> None:
    places = ["https://example.org/x", "file:///etc/passwd", "internal:Sheet1!A1", "external:\\\\host\\x", "=1+1"]
    written = as_bytes(pl.DataFrame({"name": places}), "xlsx")
    with zipfile.ZipFile(io.BytesIO(written)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "hyperlink" not in sheet
    assert "<f>" not in sheet
    assert pl.read_excel(io.BytesIO(written))["name"].to_list() == places


def test_parquet_keeps_the_rows_as_they_are() -> None:
    assert pl.read_parquet(io.BytesIO(as_bytes(ROWS, "parquet"))).equals(ROWS)


def test_excel_keeps_the_text_as_text() -> None:
    assert pl.read_excel(io.BytesIO(as_bytes(ROWS, "xlsx")))["name"].to_list() == ["=1+1", "plain"]


@pytest.mark.parametrize("kind", MIME)
def test_a_file_is_made_when_it_is_asked_for(kind: str) -> None:
    asked: list[str] = []

    def rows() -> pl.DataFrame:
        asked.append(kind)
        return ROWS

    make = lazily(rows, kind)
    assert not asked
    assert make()
    assert asked == [kind]
