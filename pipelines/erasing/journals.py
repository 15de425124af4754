"""The journal without the names of erased persons: it holds no row, but the name of a file may hold a number."""

import json
import re
from itertools import combinations_with_replacement
from pathlib import Path

from pipelines.erasing.texts import Reader
from pipelines.generations import sync
from pipelines.journal_file import journal_files

ERASED = "(erased)"
PART = re.compile(r"[^/_.\-\s]+")


def cleaned_journal(folder: Path, reader: Reader) -> tuple[str, ...]:
    """Blank whatever names an erased person, also within the name of a file; return the names of the files changed."""
    changed = []
    for path in journal_files(folder):
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        kept = [blanked(line, reader) for line in lines]
        if kept != lines:
            draft = path.with_name(f".{path.name}.erasing")
            draft.touch(mode=0o600)
            draft.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")
            sync(draft)
            draft.replace(path)
            changed.append(path.name)
    return tuple(changed)


def blanked(line: str, reader: Reader) -> str:
    """Return the line without the texts that name an erased person; of one that was broken off nothing is left."""
    try:
        told = json.loads(line)
        named = {name for name, text in told.items() if isinstance(text, str) and is_named(text, reader)}
    except (ValueError, AttributeError):
        return ""
    return json.dumps({**told, **dict.fromkeys(named, ERASED)}, ensure_ascii=False) if named else line


def is_named(text: str, reader: Reader) -> bool:
    """Say whether the text, or any run of its parts, is a number or an address of an erased person."""
    parts = [found.span() for found in PART.finditer(text)]
    runs = combinations_with_replacement(parts, 2)
    return reader.finds(text) or any(reader.knows(text[first[0] : last[1]].lower()) for first, last in runs)
