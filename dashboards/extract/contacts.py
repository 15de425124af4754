"""Contacts of one employer: names and addresses of those who worked there and agreed to be contacted.

They never stand in an extract itself, but in a file of their own beside it, as a generation's stand beside its file.
"""

import logging
from pathlib import Path

import polars as pl

from dashboards.database import Generation, Query, SqlError, new_file, run
from dashboards.extract.keys import derived, load_frame

logger = logging.getLogger(__name__)

RESTRICTED = "restricted.duckdb"
COLUMNS = ("student_key", "employer_id", "given_name", "family_name", "email")
WHOLE = "whole"

EMPLOYERS = "select employer_id from analytics.marts.dim_employers where host_id = $host"


def contacts_path(extract: Path) -> Path:
    """Return where the contacts beside an extract lie."""
    return extract.with_name(f"{extract.stem}.{RESTRICTED}")


def write_contacts(generation: Generation, host_id: str, key: bytes, draft: Path) -> bool:
    """Write the host's contacts into a new file; return False where the generation has none that may be read."""
    source = generation.path.with_name(RESTRICTED)
    if not source.exists():
        return False
    theirs = run(generation, Query.of(EMPLOYERS, {"host": host_id}))["employer_id"].to_list()
    try:
        with new_file(draft, "restricted", source, WHOLE) as connection:
            told = connection.execute(
                f"select {', '.join(COLUMNS)} from {WHOLE}.main.contacts where list_contains($employers, employer_id)",
                {"employers": theirs},
            ).pl()
            load_frame(connection, "restricted.main.contacts", _derived(told, key))
    except SqlError as error:
        logger.warning("No contacts: %s cannot be read (%s)", source, type(error).__name__)
        draft.unlink(missing_ok=True)
        return False
    return True


def _derived(told: pl.DataFrame, key: bytes) -> pl.DataFrame:
    keys = [derived(key, person) for person in told["student_key"]]
    return told.with_columns(pl.Series("student_key", keys, pl.String)).sort("student_key", "employer_id")
