"""Writes dated delivery folders: one file per entity, appended to block by block, closed when its time has passed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from pipelines.contract import ENTITIES, Entity
from pipelines.sample.clock import Delivery
from pipelines.sample.files import MOMENT_FORMAT, OpenFile, conform, file_name
from pipelines.sample.history import History, versions
from pipelines.sample.plan import Plan

SNAPSHOTS = ("employers", "outcome_feeds")
SOURCES = {"platform": "platform", "outcomes": "outcomes"}
"""Name of the source that delivers each group of entities."""
ROWS_AT_ONCE = 400_000
"""Rows that wait in memory before they are written."""
Planter = Callable[[OpenFile], None]


@dataclass
class Landing:
    """The landing folder being written; deliveries before ``first_open`` are closed."""

    plan: Plan
    folder: Path
    plant: Planter
    first_open: int = 0
    files: dict[tuple[int, str], OpenFile] = field(default_factory=dict)
    waiting: dict[tuple[int, str], list[pl.DataFrame]] = field(default_factory=dict)
    rows_waiting: int = 0
    census: dict[str, int] = field(default_factory=dict)
    rows_written: int = 0
    files_written: int = 0

    def add(self, entity: str, frame: pl.DataFrame, history: History) -> None:
        """Hand final rows to every delivery that learns something about them."""
        for delivery, rows, new in versions(frame, history, self.plan.delivery_moments, self.first_open):
            self.append(entity, delivery, rows)
            self.census[entity] = self.census.get(entity, 0) + new

    def append(self, entity: str, delivery: int, frame: pl.DataFrame) -> None:
        """Add rows as they stand to one delivery."""
        if frame.is_empty():
            return
        self.waiting.setdefault((delivery, entity), []).append(frame)
        self.rows_waiting += frame.height
        self.rows_written += frame.height
        if self.rows_waiting > ROWS_AT_ONCE:
            self.flush(sorted(self.waiting))

    def flush(self, keys: list[tuple[int, str]]) -> None:
        """Write the waiting rows of these deliveries and entities."""
        for key in keys:
            frames = self.waiting.pop(key)
            rows = pl.concat(frames, how="diagonal_relaxed") if len(frames) > 1 else frames[0]
            entity = ENTITIES[key[1]]
            self._file(entity, key[0]).append(conform(entity, rows))
            self.rows_waiting -= rows.height

    def _file(self, entity: Entity, delivery: int) -> OpenFile:
        key = (delivery, entity.name)
        if key not in self.files:
            each = self.plan.deliveries[delivery]
            folder = self.folder / SOURCES[entity.group] / each.folder
            folder.mkdir(parents=True, exist_ok=True)
            self.files[key] = OpenFile(each, entity, folder / file_name(entity.name))
        return self.files[key]

    def close_until(self, moment: int) -> None:
        """Finish every delivery whose moment has passed: nothing later can belong to it."""
        while self.first_open < len(self.plan.deliveries) and self.plan.deliveries[self.first_open].moment <= moment:
            self.flush(sorted(key for key in self.waiting if key[0] == self.first_open))
            for key in sorted(key for key in self.files if key[0] == self.first_open):
                each = self.files.pop(key)
                self.plant(each)
                each.close()
                self.files_written += 1
            self._write_manifests(self.plan.deliveries[self.first_open])
            self.first_open += 1

    def _write_manifests(self, delivery: Delivery) -> None:
        for source in SOURCES.values():
            folder = self.folder / source / delivery.folder
            if folder.exists():
                (folder / "delivery.toml").write_text(manifest(source, delivery), encoding="utf-8")


def manifest(source: str, delivery: Delivery) -> str:
    """Return the text of a delivery's manifest."""
    lines = [
        f'source = "{source}"',
        f"delivered_at = {delivery.at:{MOMENT_FORMAT}}",
        'delivery = "changes"',
        "synthetic = true",
    ]
    for entity in SNAPSHOTS:
        if SOURCES[ENTITIES[entity].group] == source:
            lines += ["", f"[entities.{entity}]", 'delivery = "snapshot"']
    return "\n".join(lines) + "\n"
