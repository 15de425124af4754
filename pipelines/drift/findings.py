"""What drift is: its kinds, which of them block a publish and why, and a finding as it is told and kept."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Severity = Literal["blocks", "warns"]


@dataclass(frozen=True)
class Kind:
    """A kind of drift: whether it blocks, and why so."""

    severity: Severity
    reason: str


KINDS: dict[str, Kind] = {
    "column added": Kind("warns", "More is known than before; nothing that was shown becomes wrong."),
    "column gone": Kind("warns", "An optional column may stop; a required one refuses its file at ingest."),
    "column fails": Kind("blocks", "Its rows stand in quarantine: what would be shown lacks most of a delivery."),
    "volume far off": Kind("blocks", "A part of an export looks just like a quiet month, unless somebody says so."),
    "volume unusual": Kind("warns", "Seasons and new customers move volumes; somebody should have noticed."),
    "keys gone": Kind("blocks", "A snapshot that drops most keys deletes them: renumbered, or cut short."),
    "mart shrank": Kind("blocks", "Facts only grow; a mart below half of the generation before has lost data."),
    "mart jumped": Kind("warns", "A history that was delivered late does this, and so does a join that multiplies."),
    "feed silent": Kind("warns", "What it showed stays right: follow-up ends with its last word. New numbers wait."),
    "past moved": Kind("blocks", "A matured cohort is over: what was told of it changes only where it was wrong."),
    "newest unusual": Kind("warns", "The world may change; then this is the news."),
    "newest far off": Kind("blocks", "No cohort before came near: a source is more often broken than the world."),
}
"""Every kind that there is; the one place that says what blocks."""


@dataclass(frozen=True)
class Finding:
    """One piece of drift.

    ``subject`` is the feed, mart or metric; ``since`` when it began, by the data's clock. ``expected`` and ``found``
    hold nothing of a file's content but names, so that they may be published. ``look`` is a statement on the warehouse
    that shows the rows; in it ``before`` is the generation that stayed current. ``metrics`` suffer from it.
    """

    kind: str
    subject: str
    since: datetime | None
    expected: str
    found: str
    look: str
    metrics: tuple[str, ...] = ()

    @property
    def severity(self) -> Severity:
        """Say whether it blocks."""
        return KINDS[self.kind].severity

    @property
    def identity(self) -> str:
        """Name it: the same finding of a later run has the same name, so that it need not be accepted twice."""
        since = str(self.since) if self.since else self.expected
        told = "|".join((self.kind, self.subject, since, self.found))
        return hashlib.sha256(told.encode()).hexdigest()[:8]

    @property
    def sentence(self) -> str:
        """Say what was expected and found, and how to see the rows."""
        since = f" since {self.since:%Y-%m-%d}" if self.since else ""
        return (
            f"{self.subject}: {self.kind}{since}: expected {self.expected}; found {self.found}. "
            f"Rows: `throughline drift show {self.identity}`."
        )
