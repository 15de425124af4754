"""Frames as text on standard output."""

import polars as pl

from pipelines.errors import ThroughlineError


def formatted(frame: pl.DataFrame, format: str) -> str:
    """Return the frame as an aligned table, CSV or JSON lines of one array; raise for another format."""
    if format == "csv":
        return frame.write_csv().rstrip("\n")
    if format == "json":
        return frame.write_json()
    if format != "table":
        raise ThroughlineError(f"expected format table, csv or json; found {format!r}.")
    with pl.Config(
        tbl_rows=-1,
        tbl_cols=-1,
        tbl_hide_column_data_types=True,
        tbl_hide_dataframe_shape=True,
        fmt_str_lengths=200,
        tbl_width_chars=240,
        tbl_formatting="ASCII_MARKDOWN",
    ):
        return str(frame)
