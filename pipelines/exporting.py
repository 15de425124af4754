"""Rows in quarantine as a file for whoever mends them: complete, for its owner alone, and harmless in a spreadsheet."""

import os
from pathlib import Path

import duckdb
import polars as pl

from pipelines.errors import ThroughlineError, did_you_mean
from pipelines.quarantine import ORDER, STANDING

FORMULA = r"(^|[;\t\r\n])([ \u00A0]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])"
"""What a spreadsheet may take for the start of a formula, also in the middle: some split at other signs than ours."""
ENDINGS = (".csv", ".xlsx", ".parquet", ".ndjson")
MOST_IN_SHEET, MOST_IN_CELL = 1_048_575, 32_767
"""Rows of a sheet of Excel below its header, and characters of a cell."""


class CannotExport(ThroughlineError):
    """A file that cannot be written as asked for; what was there is untouched."""

    next_command = "throughline quarantine list"


def export(
    connection: duckdb.DuckDBPyConnection, target: Path, file: str | None, rule: str | None, *, force: bool = False
) -> int:
    """Write the rows in quarantine of a file, a rule or all, in the format of the ending; return how many.

    Raises CannotExport for another ending, a file that is there (unless ``force``), a name that is in no row.
    """
    if target.suffix.lower() not in ENDINGS:
        raise CannotExport(f"expected a file ending in {', '.join(ENDINGS)}; found {target.name!r}.")
    if target.exists() and not (force and target.is_file()):
        raise CannotExport(f"expected a new file; found {target}. Name another one, or replace it with --force.")
    rows = held_rows(connection, file, rule)
    try:
        replace(rows, target)
    except OSError as error:
        raise CannotExport(f"expected a file that can be written; found {target}: {error.strerror}.") from error
    return rows.height


def held_rows(connection: duckdb.DuckDBPyConnection, file: str | None, rule: str | None) -> pl.DataFrame:
    """Return the open rows: where they stand, what was expected and found, their text, and when they were delivered."""
    for column, asked in (("file_name", file), ("rule", rule)):
        known = [
            str(name) for (name,) in connection.sql(f"select distinct {column} from {STANDING} order by 1").fetchall()
        ]
        if asked is not None and asked not in known:
            raise CannotExport(f"expected a {column} with rows in quarantine; found {asked!r} "
                               f"({did_you_mean(asked, known)}).")  # fmt: skip
    return connection.sql(
        f"""
        select
            source, entity, file_name as file, line, column_name as "column", rule, expected, found, raw_text,
            delivered_at, batch_id as batch
        from {STANDING}
        where ($file is null or file_name = $file) and ($rule is null or rule = $rule)
        order by {ORDER}
        """,
        params={"file": file, "rule": rule},
    ).pl()


def replace(rows: pl.DataFrame, target: Path) -> None:
    """Write a draft that only its owner may read, and put it in the target's place; whatever fails, what was stays."""
    draft = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600, exist_ok=False)
        write(rows, draft, target.suffix.lower())
        draft.chmod(0o600)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def write(rows: pl.DataFrame, path: Path, ending: str) -> None:
    """Write the rows; in a spreadsheet's formats nothing of them is a formula or a link."""
    if ending == ".parquet":
        rows.write_parquet(path)
    elif ending == ".ndjson":
        rows.write_ndjson(path)
    elif ending == ".csv":
        without_formulas(rows).write_csv(path)
    else:
        write_workbook(rows, path)


def write_workbook(rows: pl.DataFrame, path: Path) -> None:
    """Write one sheet of text cells; raise CannotExport for more rows, or more text in one, than a sheet holds."""
    from xlsxwriter import Workbook

    longest = max((len(text) for name in ("found", "raw_text") for text in rows[name].drop_nulls()), default=0)
    if rows.height > MOST_IN_SHEET or longest > MOST_IN_CELL:
        raise CannotExport(
            f"expected at most {MOST_IN_SHEET:,} rows of at most {MOST_IN_CELL:,} characters for Excel; found "
            f"{rows.height:,} rows, the longest text of {longest:,}. Write .csv or .parquet, or one --file or --rule."
        )
    with path.open("wb") as stream, Workbook(stream, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        rows.write_excel(book, "quarantine", autofit=True)


def without_formulas(rows: pl.DataFrame) -> pl.DataFrame:
    """Put a quote before text that a spreadsheet would take for a formula."""
    texts = pl.col([name for name, kind in rows.schema.items() if kind == pl.String])
    return rows.with_columns(texts.str.replace_all(FORMULA, "$1'$2").name.keep())
