"""What a run that was killed leaves behind: the next writer clears it before it begins."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from pipelines import generations
from pipelines.settings import Settings


def clear(settings: Settings) -> None:
    """Remove what no run uses any more and finish a publish that was broken off; the caller is the only writer."""
    for path in leftovers(settings):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    generations.mend(settings.published_dir)


def leftovers(settings: Settings) -> Iterator[Path]:
    """Yield drafts and spilled rows: beside the warehouse, among the landing copies, of the key file."""
    yield from settings.warehouse_dir.glob("spill/*")
    yield from settings.warehouse_dir.glob("fresh.duckdb*")
    for folder in (settings.landing_dir, settings.truth_dir, settings.journal_dir):
        yield from folder.rglob(".*.erasing*")
    yield from settings.key_file.parent.glob(f".{settings.key_file.name}.new")
