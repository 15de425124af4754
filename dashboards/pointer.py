"""Which generation is current, as the pointer in the published folder says."""

import json
import os
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from dashboards.database_errors import BrokenPointerError, NothingPublishedError

PROJECT_DIR = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Generation:
    """One immutable published file, or an extract of one; ``source`` is then the file that it was cut from.

    ``number`` counts the generations; those of a number below ``erased_before`` hold somebody who was erased since.
    """

    identifier: str
    path: Path
    as_of: datetime
    published_at: datetime | None = field(default=None, compare=False)
    source: Path | None = field(default=None, compare=False)
    number: int = field(default=0, compare=False)
    erased_before: int = field(default=0, compare=False)


def published_dir() -> Path:
    """Return the folder of published generations: ``THROUGHLINE_PUBLISHED``, else below ``THROUGHLINE_DATA``."""
    if named := os.environ.get("THROUGHLINE_PUBLISHED"):
        return Path(named).resolve()
    return Path(os.environ.get("THROUGHLINE_DATA", PROJECT_DIR / "data")).resolve() / "published"


def pointed_at() -> Generation:
    """Read the pointer; raise NothingPublishedError where there is none, BrokenPointerError where it cannot be read."""
    pointer = published_dir() / "current.json"
    try:
        facts = json.loads(pointer.read_text())
        return Generation(
            identifier=str(facts["generation"]),
            path=pointer.parent / facts["path"],
            as_of=_moment(facts["as_of"]),
            published_at=_moment(facts["published_at"]) if facts.get("published_at") else None,
            number=int(facts.get("number", 0)),
            erased_before=int(facts.get("erased_before", 0)),
        )
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NothingPublishedError(pointer) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BrokenPointerError(pointer, f"{type(error).__name__}: {error}") from error


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).replace(tzinfo=None)
