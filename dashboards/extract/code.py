"""Our code that decides what an extract holds: the modules of this room and all of ours that they lead to."""

import ast
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

ROOM = Path(__file__).parents[1]


@lru_cache(maxsize=1)
def code_digest() -> bytes:
    """Return a digest of the code that decides what an extract holds: one of other code is not used."""
    digest = sha256()
    for path in deciding():
        digest.update(path.read_bytes())
    return digest.digest()


def deciding() -> list[Path]:
    """Return the files of that code, sorted: each import is followed, wherever in a module it stands."""
    todo = [*ROOM.glob("extract/*.py")]
    found = set(todo)
    while todo:
        new = set(_led_to(todo.pop())) - found
        found |= new
        todo += new
    return sorted(found)


def _led_to(path: Path) -> Iterator[Path]:
    """Yield our files that a module imports; importing a module runs what stands above it, too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [each.name for each in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(f"{node.module}.{name}" for name in names)]
        for name in names:
            first, *rest = name.split(".")
            if first == ROOM.name:
                yield from _files(rest)


def _files(words: list[str]) -> Iterator[Path]:
    for count in range(len(words) + 1):
        place = ROOM.joinpath(*words[:count])
        yield from (each for each in (place / "__init__.py", place.with_suffix(".py")) if each.is_file())
