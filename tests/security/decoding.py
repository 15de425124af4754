"""Everything that reaches a browser, a file or a log as text: messages, frames, figures, downloads, whole databases."""

import base64
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
from google.protobuf.message import Message


def message_texts(message: Message) -> Iterator[str]:
    """Yield every text in a message, in whatever field; frames and figures decoded."""
    for field, value in message.ListFields():
        values = value if field.is_repeated else [value]
        if field.message_type and field.message_type.GetOptions().map_entry:
            values = [*value.keys(), *value.values()]
        for each in values:
            yield from value_texts(each)


def value_texts(value: object) -> Iterator[str]:
    """Yield the texts of one field."""
    if isinstance(value, Message):
        yield from message_texts(value)
    elif isinstance(value, bytes):
        yield bytes_text(value)
    elif isinstance(value, str):
        yield value
        if '"bdata"' in value:
            yield from packed_texts(json.loads(value))
    else:
        yield str(value)


def packed_texts(figure: object) -> Iterator[str]:
    """Yield the numbers that a figure holds as packed arrays."""
    if isinstance(figure, dict):
        if "bdata" in figure:
            yield " ".join(map(repr, np.frombuffer(base64.b64decode(figure["bdata"]), figure["dtype"]).tolist()))
        for each in figure.values():
            yield from packed_texts(each)
    elif isinstance(figure, list):
        for each in figure:
            yield from packed_texts(each)


def bytes_text(data: bytes) -> str:
    """Return what a download or a frame holds: an Arrow stream, a Parquet file, a workbook, a database, else text."""
    if data[:4] == b"PAR1":
        return frame_text(pl.read_parquet(io.BytesIO(data)))
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "\n".join(archive.read(name).decode("latin-1") for name in archive.namelist())
    try:
        return table_text(pa.ipc.open_stream(data).read_all())
    except (pa.ArrowInvalid, OSError):
        return data.decode("latin-1")


def table_text(table: Any) -> str:
    """Return a frame's columns, shown or not, its names and what it says about itself."""
    parts = [str(table.schema.metadata or "")]
    parts += [f"{name}: {' '.join(map(str, table[name].to_pylist()))}" for name in table.column_names]
    return "\n".join(parts)


def frame_text(frame: pl.DataFrame) -> str:
    """Return a frame's columns as text."""
    return "\n".join(f"{name}: {' '.join(map(str, frame[name].to_list()))}" for name in frame.columns)


def database_texts(path: Path) -> Iterator[tuple[str, str]]:
    """Yield each table of a DuckDB file with all that it holds as text, its comments and its macros included."""
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.sql("select schema_name, table_name, comment from duckdb_tables()").fetchall()
        for schema, table, comment in tables:
            rows = connection.sql(f'select * from "{schema}"."{table}"').arrow().read_all()
            yield f"{schema}.{table}", f"{comment}\n{table_text(rows)}"
        for view in ("duckdb_columns", "duckdb_views"):
            yield view, str(connection.sql(f"select * from {view}() where not internal").fetchall())
