"""Files that were refused, as the audit log hears of them: to people whose cookie we signed, to each once a minute.

Who has no such cookie is nobody: a stranger's requests would fill the log.
"""

import logging
import threading
import time
from collections import OrderedDict

from dashboards.access.grants import Claims
from dashboards.access.viewer import Viewer, name_of
from dashboards.audit import AuditError, Entry, record, stranger

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 60.0
MOST_PEOPLE = 10_000
"""People whose last refusal is remembered."""

FOREIGN = "the file was not made for this person under this grant, or its generation is gone"

_told: OrderedDict[tuple[str, str, str], float] = OrderedDict()
_lock = threading.Lock()


def file_refused(claims: Claims, reason: str, viewer: Viewer | None = None) -> None:
    """Record that a person did not get a file, and why; ``viewer`` is what the grants make of the person, if anything.

    The answer is a refusal either way, so a log that takes no entry is told to the server's log alone.
    """
    if not claims or not _is_due((str(claims.get("iss")), str(claims.get("sub")), reason)):
        return
    who, role = (viewer.name, viewer.role) if viewer else (stranger(name_of(claims)), "none")
    try:
        record(Entry(who, role, "denied", "file", "none", is_denied=True, reason=reason))
    except AuditError:
        logger.exception("A file that was refused could not be recorded")


def _is_due(key: tuple[str, str, str]) -> bool:
    with _lock:
        now, before = time.monotonic(), _told.get(key)
        if before is not None and now - before < PAUSE_SECONDS:
            return False
        _told[key] = now
        _told.move_to_end(key)
        while len(_told) > MOST_PEOPLE:
            _told.popitem(last=False)
        return True
