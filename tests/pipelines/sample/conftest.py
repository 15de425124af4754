"""Samples that several tests read; each is written once."""

import hashlib
import tomllib
from pathlib import Path

import polars as pl
import pytest

from pipelines.sample import SampleReport, write_sample

Written = tuple[Path, Path, SampleReport]


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Written:
    folder = tmp_path_factory.mktemp("tiny")
    return folder / "landing", folder / "truth", write_sample(folder / "landing", folder / "truth", scale="tiny")


@pytest.fixture(scope="session")
def clean_small(tmp_path_factory: pytest.TempPathFactory) -> Written:
    folder = tmp_path_factory.mktemp("small")
    report = write_sample(folder / "landing", folder / "truth", scale="small", dirty=False)
    return folder / "landing", folder / "truth", report


def read_file(path: Path) -> pl.DataFrame:
    """Read one landing file, text columns as they stand."""
    if path.suffix == ".parquet":
        return pl.read_parquet(path)
    if path.suffix == ".ndjson":
        return pl.read_ndjson(path, infer_schema_length=None)
    if path.suffix == ".xlsx":
        return pl.read_excel(path, infer_schema_length=0)
    separator = "\t" if path.suffix == ".tsv" else ","
    return pl.read_csv(path, separator=separator, infer_schema_length=0)


def latest(landing: Path, entity: str, *key: str) -> pl.DataFrame:
    """Return the last delivered version of each key of an entity."""
    frames = [read_file(path) for path in sorted(landing.glob(f"*/*/{entity}.*"))]
    return pl.concat(frames, how="vertical_relaxed").unique(key, keep="last", maintain_order=True)


def content_digest(landing: Path) -> str:
    """Return a digest of everything written, independent of how Parquet and Excel pack it."""
    digest = hashlib.sha256()
    for path in sorted(each for each in landing.rglob("*") if each.is_file()):
        digest.update(path.relative_to(landing).as_posix().encode())
        packed = path.suffix in (".parquet", ".xlsx")
        digest.update(read_file(path).write_csv().encode() if packed else path.read_bytes())
    return digest.hexdigest()


def manifests(landing: Path) -> list[dict[str, object]]:
    return [tomllib.loads(path.read_text()) for path in sorted(landing.rglob("delivery.toml"))]
