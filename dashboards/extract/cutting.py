"""An employer's extract: a file that holds that employer's rows alone, cut from a generation on first use.

What goes into it stands in ``dashboards.extract.rules``. It lies beside the generation's file, so that it is removed
with it, or below ``THROUGHLINE_EXTRACTS``.
"""

import fcntl
import hmac
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from dashboards.database import Connection, DatabaseError, Generation, GoneGenerationError, SqlError, new_file
from dashboards.extract.code import code_digest
from dashboards.extract.contacts import contacts_path, write_contacts
from dashboards.extract.keys import derive_keys, host_key, load_frame
from dashboards.extract.statements import WHOLE, Table, comments, create, keys, literal, macro
from dashboards.extract.tables import COMMENTS, employers, fill_curves, worked_out
from dashboards.keeping import is_erased, is_removed, kept

logger = logging.getLogger(__name__)

FOLDER = "extracts"
NOBODY = ""
"""The host that does not exist: its extract has no row that is anybody's."""


class NoExtractError(DatabaseError):
    """The extract of an employer could not be cut."""

    def __init__(self, folder: Path, error: Exception) -> None:
        super().__init__(
            f"Expected to write an employer's extract into {folder}, found {type(error).__name__}. Make the folder "
            "writable for the dashboards, or name another one with THROUGHLINE_EXTRACTS."
        )


def extract_of(generation: Generation, host_id: str) -> Generation:
    """Return the same generation as a file that holds one host's rows, its children's included; cut it if need be.

    Of an unknown host there is one, without a row. Raises NoExtractError where none can be written, and
    GoneGenerationError where that is because the generation is gone.
    """
    path = _extract(generation, host_id if _is_known(generation, host_id) else NOBODY)
    return replace(generation, path=path, source=generation.source or generation.path)


def is_cut(generation: Generation, host_id: str) -> bool:
    """Tell whether an extract is there already, so that nobody has to wait for it."""
    return path_of(generation, host_id if _is_known(generation, host_id) else NOBODY).exists()


@kept(4096)
def _is_known(generation: Generation, host_id: str) -> bool:
    return host_id != NOBODY and employers(generation, host_id)


def path_of(generation: Generation, host_id: str) -> Path:
    """Return where the extract of a host lies, under a name that does not tell the host."""
    digest = hmac.digest(host_key(generation, host_id), b"file" + code_digest(), sha256).hex()
    return folder_of(generation) / f"{digest[:32]}.duckdb"


def folder_of(generation: Generation) -> Path:
    """Return the folder of a generation's extracts: beside its file, unless ``THROUGHLINE_EXTRACTS`` names a base."""
    if base := os.environ.get("THROUGHLINE_EXTRACTS"):
        return Path(base).resolve() / f"{generation.identifier}{_home(generation)}"
    return generation.path.parent / FOLDER


def _home(generation: Generation) -> str:
    """Return a mark of the published folder, so that two of them may share a base for their extracts."""
    return f".{sha256(str(generation.path.parent.parent.resolve()).encode()).hexdigest()[:8]}"


def _extract(generation: Generation, host_id: str) -> Path:
    path = path_of(generation, host_id)
    _forget_gone(generation)
    if path.exists():
        return path
    try:
        _make_folder(generation)
        with _locked(path.with_suffix(".lock")):
            if not path.exists():
                _cut(generation, host_id, path)
    except (OSError, SqlError) as error:
        if is_removed(generation) or is_erased(generation):
            raise GoneGenerationError from error
        raise NoExtractError(path.parent, error) from error
    return path


def _make_folder(generation: Generation) -> None:
    folder, is_elsewhere = folder_of(generation), bool(os.environ.get("THROUGHLINE_EXTRACTS"))
    if is_elsewhere:
        folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Without parents: a generation that was removed meanwhile is not made again.
    folder.mkdir(exist_ok=True, mode=0o700)
    folder.chmod(0o700)


def _forget_gone(generation: Generation) -> None:
    """Remove the extracts below ``THROUGHLINE_EXTRACTS`` of generations of the same published folder that are gone."""
    if not os.environ.get("THROUGHLINE_EXTRACTS"):
        return
    home, published = _home(generation), generation.path.parent.parent
    for folder in folder_of(generation).parent.glob(f"*{home}"):
        name = folder.name.removesuffix(home)
        if name != generation.identifier and not (published / name).exists() and not folder.is_symlink():
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock that other processes and threads wait for; it is let go when its holder dies."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _cut(generation: Generation, host_id: str, path: Path) -> None:
    """Write an extract under another name, and give it its own when it is whole."""
    draft = path.with_suffix(".draft")
    _clear(draft)
    try:
        _write_files(generation, host_id, path, draft)
    finally:
        _clear(draft)
    logger.info("Cut an extract of generation %s", generation.identifier)


def _clear(draft: Path) -> None:
    """Remove what a broken cut left behind."""
    for left in draft.parent.glob(f"{draft.name}*"):
        left.unlink()


def _write_files(generation: Generation, host_id: str, path: Path, draft: Path) -> None:
    """Write the contacts, then the extract: where the extract has its name, the contacts have theirs."""
    if write_contacts(generation, host_id, host_key(generation, host_id), draft):
        seal(draft, contacts_path(path))
    with new_file(draft, "analytics", generation.path, WHOLE) as connection:
        write(connection, generation, host_id)
    seal(draft, path)


def seal(draft: Path, path: Path) -> None:
    """Make a finished file immutable and durable, then give it its name at once."""
    draft.chmod(0o400)
    for each in (draft, path.parent):
        _sync(each)
    draft.replace(path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write(connection: Connection, generation: Generation, host_id: str) -> None:
    """Write the tables of one host, macros and comments into ``analytics`` from the file attached as ``whole``."""
    tables = published_tables(connection)
    derive_keys(connection, keys(tables), host_key(generation, host_id), host_id)
    for schema in ("marts", "meta"):
        connection.execute(f"create schema analytics.{schema}")
    for table in tables:
        text = create(table)
        connection.execute(text, {"host": host_id} if "$host" in text else {})
    connection.execute("drop table derived_keys")
    for statement in _macros(connection):
        connection.execute(statement)
    fill_curves(connection, host_id)
    for name, rows in worked_out(generation, host_id):
        load_frame(connection, f"analytics.marts.{name}", rows)
        connection.execute(f"comment on table analytics.marts.{name} is {literal(COMMENTS[name])}")
    for statement in comments(_told(connection)):
        connection.execute(statement)


def published_tables(connection: Connection) -> list[Table]:
    """Return the tables of the file attached as ``whole``."""
    rows = connection.execute(f"""
        select schema_name || '.' || table_name, list(column_name order by column_index),
            list(data_type order by column_index)
        from duckdb_columns() where database_name = '{WHOLE}' and schema_name in ('marts', 'meta')
        group by schema_name, table_name order by schema_name, table_name
    """).fetchall()
    return [Table(name, dict(zip(columns, types, strict=True))) for name, columns, types in rows]


def _macros(connection: Connection) -> Iterator[str]:
    rows = connection.execute(f"""
        select schema_name, function_name, parameters, macro_definition, comment from duckdb_functions()
        where database_name = '{WHOLE}' and function_type = 'table_macro' and not internal
    """).fetchall()
    for row in rows:
        yield from macro(*row)


def _told(connection: Connection) -> list[tuple[str, str | None, str]]:
    """Return the comments of the published file: table, column (None: the table's own), comment."""
    return connection.execute(f"""
        select schema_name || '.' || table_name, null, comment from duckdb_tables()
        where database_name = '{WHOLE}' and comment is not null
        union all
        select schema_name || '.' || table_name, column_name, comment from duckdb_columns()
        where database_name = '{WHOLE}' and comment is not null and schema_name in ('marts', 'meta')
    """).fetchall()
