"""What becomes of a landed file, as the ledger enters it and the run tells it."""

from dataclasses import dataclass, field
from typing import Literal

Status = Literal["loaded", "refused", "repeated", "dismissed"]


@dataclass(frozen=True)
class Outcome:
    """What became of one file for one entity: ``read = loaded + unchanged + quarantined + erased``, or a refusal.

    ``erased`` counts rows of persons who asked to be forgotten: they were set apart and are kept nowhere.
    ``columns`` says of each column of the file which field it feeds, None where nothing uses it.

    ``reason`` may quote the file and stays in the warehouse; ``public_reason`` does not and is published.
    """

    name: str
    source: str
    entity: str | None
    status: Status
    read: int = 0
    loaded: int = 0
    unchanged: int = 0
    quarantined: int = 0
    erased: int = 0
    reason: str | None = None
    public_reason: str | None = None
    rules: dict[str, int] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    columns: dict[str, str | None] = field(default_factory=dict)
