"""What the commands tell the audit log: who asked what at this machine. Told before an answer is shown."""

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pipelines.errors import ThroughlineError

if TYPE_CHECKING:
    from dashboards.database import Generation

ROLE = "shell"
"""Who may run the command may read the files: no grant is asked for."""


def user() -> str:
    """Name the account that runs the command, as the system knows it and not as the environment says."""
    number = os.getuid()
    try:
        return f"os:{pwd.getpwuid(number).pw_name}"
    except KeyError:
        return f"os:{number}"


def told(generation: "Generation", subject: str, rows: int | None, parameters: Any, *, is_export: bool) -> None:
    """Record an answer of ``throughline metrics``; raises AuditError."""
    from dashboards.audit import Entry, parameters_hash, record

    record(
        Entry(
            who=user(),
            role=ROLE,
            action="metrics",
            subject=subject,
            parameters=parameters_hash(parameters),
            rows=rows,
            generation=generation.identifier,
            is_export=is_export,
            reason="done",
        )
    )


@contextmanager
def told_if_it_fails(generation: "Generation") -> Iterator[None]:
    """Record a question to which there is no answer: that there was one, not its words, which may hold anything."""
    from dashboards.audit import Entry, record
    from dashboards.database import DatabaseError, SqlError

    try:
        yield
    except (ThroughlineError, DatabaseError, SqlError) as error:
        reason = f"failed: {type(error).__name__}"
        record(Entry(user(), ROLE, "metrics", "no answer", generation=generation.identifier, reason=reason))
        raise
