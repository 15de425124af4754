import io

import polars as pl
import pytest

from dashboards.exports import MIME, as_bytes, lazily

ROWS = pl.DataFrame({"name": ["=1+1", "plain"], "count": [1, 2]})


def test_text_that_a_spreadsheet_would_run_is_quoted_in_csv() -> None:
    assert as_bytes(ROWS, "csv").decode().splitlines() == ["name,count", "'=1+1,1", "plain,2"]


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
