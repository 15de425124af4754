"""The journal of a run: each named step that it reached, as a record of the standard logging.

Who wants to know adds a handler to ``log``: the file of JSON lines, or a test that ends the process at a step.
"""

import logging

log = logging.getLogger("throughline.journal")
log.setLevel(logging.INFO)
log.propagate = False
log.addHandler(logging.NullHandler())

STEPS = (
    "ingest.begun",
    "ingest.staged",
    "ingest.loaded",
    "ingest.committed",
    "ingest.finished",
    "validate.checked",
    "validate.finished",
    "build.prepared",
    "build.finished",
    "publish.drafted",
    "publish.written",
    "publish.contacts_written",
    "publish.audited",
    "publish.sealed",
    "publish.described",
    "publish.copied",
    "publish.pointed",
    "publish.offered",
    "publish.finished",
    "rollback.finished",
    "erase.asked",
    "erase.swept",
    "erase.cleaned",
    "erase.rewritten",
    "erase.replaced",
    "erase.dropped",
)
"""All steps, in their order; between ``staged`` and ``committed`` a run passes once for each file."""


def reached(step: str, **facts: object) -> None:
    """Note that a step of ``STEPS`` is reached, with what is known of it: names, counts, never a row's content."""
    if step not in STEPS:
        raise ValueError(f"expected a step of {STEPS}; found {step!r}")
    log.info(step, extra={"facts": facts})
