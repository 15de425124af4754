"""What a chart says, in words: its title is the finding, its summary the figures. Pure functions of frames."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """A title that says what the chart shows, and a summary for those who do not see it."""

    title: str
    summary: str
