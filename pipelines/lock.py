"""One writer at a time: an operating-system lock that says who holds it and goes with its process."""

import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from pipelines.errors import WarehouseLocked

GLANCES = 20
"""So often is a holder looked for, who may have locked the file and not yet written into it."""


def holder(path: Path) -> str:
    """Return what the lock file says of its holder; nothing where that one says nothing within a second."""
    for _ in range(GLANCES):
        if said := path.read_text():
            return said
        time.sleep(0.05)
    return ""


@contextmanager
def writer_lock(path: Path, moment: datetime) -> Iterator[None]:
    """Hold the lock file while the block runs; raise WarehouseLocked, naming the holder, where another run has it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("a+") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise WarehouseLocked(
                f"{path}: expected to be the only writer; found {holder(path) or 'another run'}. "
                "Wait for it to end, or end that process, and run again."
            ) from error
        stream.truncate(0)
        stream.write(json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "started_at": moment.isoformat()}))
        stream.flush()
        try:
            yield
        finally:
            stream.truncate(0)
