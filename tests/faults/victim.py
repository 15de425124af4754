"""A process that stays warm and forks a child for each command, which kills itself at a step or some time after it.

The child runs the command line as a user's process would; it has merely imported everything before. Requests come as
JSON lines, answers go out likewise. Nothing here opens a database before the fork.
"""

import json
import logging
import os
import resource
import signal
import sys
import threading
from typing import Any

from pipelines import cli, journal


class Killer(logging.Handler):
    """Writes each step that is reached into a trace; kills its process at the n-th passage of one, or some time on."""

    def __init__(self, trace: str, step: str | None, passage: int, after: float | None):
        super().__init__()
        self.trace = os.open(trace, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.step, self.left, self.after = step, passage, after

    def emit(self, record: logging.LogRecord) -> None:
        os.write(self.trace, f"{record.getMessage()}\n".encode())
        if record.getMessage() == self.step:
            self.left -= 1
            if self.left == 0 and self.after is None:
                end()
            elif self.left == 0 and self.after is not None:
                threading.Timer(self.after, end).start()


def end() -> None:
    """Kill this process."""
    os.kill(os.getpid(), signal.SIGKILL)


def become(request: dict[str, Any]) -> None:
    """Run the command of a request in this process, as its last act."""
    os.environ.update(request["environment"])
    out = os.open(request["out"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(out, stream)
    os.close(out)
    journal.log.addHandler(Killer(request["trace"], request["step"], request["passage"], request["after"]))
    if request["limit"] is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (request["limit"], request["limit"]))
    if request["without_audit"]:
        pass_every_audit()
    sys.argv = ["throughline", *request["command"]]
    code = 0
    try:
        cli.main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def pass_every_audit() -> None:
    """Leave Great Expectations and drift out of a publish: their time is dear, and the kills are about the files."""
    from pipelines import validate
    from pipelines.drift import auditing

    auditing.found = lambda settings, new: []
    validate.audit = lambda settings, published_file: validate.ValidationReport(
        "out", validate.last_batch(settings), validate.now(), published_file, ()
    )


def serve() -> None:
    """Answer requests until the input ends."""
    from pipelines import pseudonyms, transform, validate  # noqa: F401  # so that no child has to

    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            become(request)
        _, status = os.waitpid(child, 0)
        answer = {
            "threads": len(os.listdir("/proc/self/task")),
            "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
            "code": os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
        }
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    serve()
