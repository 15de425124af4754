"""The tiny sample: deterministic, complete, in the landing layout."""

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from pipelines.contract import ENTITIES
from pipelines.sample import landing as landing_module
from pipelines.sample import write_sample
from pipelines.sample.scale import UnknownScaleError, scale_of
from tests.pipelines.sample.conftest import Written, content_digest, latest, manifests, read_file

TINY_DIGEST = "1d9223c8fd13de583ff4d593de774db39367361839e23875471dce0ff1024c55"


def test_the_content_of_tiny_is_pinned(tiny: Written) -> None:
    # If a change of the sample is meant, put the new digest here and say so in the commit.
    assert content_digest(tiny[0]) == TINY_DIGEST


def test_the_same_seed_writes_the_same_bytes(tiny: Written, tmp_path: Path) -> None:
    write_sample(tmp_path / "landing", tmp_path / "truth", scale="tiny")
    for folder, again in ((tiny[0], tmp_path / "landing"), (tiny[1], tmp_path / "truth")):
        files = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
        assert files == sorted(path.relative_to(again) for path in again.rglob("*") if path.is_file())
        assert [name for name in files if (folder / name).read_bytes() != (again / name).read_bytes()] == []


def test_another_seed_writes_another_market(tiny: Written, tmp_path: Path) -> None:
    write_sample(tmp_path / "landing", tmp_path / "truth", scale="tiny", seed=7)
    assert content_digest(tmp_path / "landing") != content_digest(tiny[0])


def test_how_many_rows_wait_in_memory_does_not_change_the_content(
    tiny: Written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landing_module, "ROWS_AT_ONCE", 500)
    write_sample(tmp_path / "landing", tmp_path / "truth", scale="tiny")
    assert content_digest(tmp_path / "landing") == content_digest(tiny[0])


def test_every_entity_of_the_contract_is_delivered(tiny: Written) -> None:
    names = {path.stem for path in tiny[0].glob("*/*/*") if path.suffix != ".toml"}
    assert names == set(ENTITIES)


def test_every_reader_is_exercised(tiny: Written) -> None:
    suffixes = {path.suffix for path in tiny[0].glob("*/*/*")}
    assert suffixes >= {".csv", ".tsv", ".parquet", ".ndjson", ".xlsx", ".toml"}


def test_each_delivery_declares_its_source_and_its_moment(tiny: Written) -> None:
    found = manifests(tiny[0])
    assert {each["source"] for each in found} == {"platform", "outcomes"}
    assert len({str(each["delivered_at"]) for each in found}) == 4
    assert all(each["synthetic"] is True for each in found)
    snapshots = {name for each in found for name in each.get("entities", {})}  # type: ignore[attr-defined]
    assert snapshots == {"employers", "outcome_feeds"}


def test_headers_are_the_contract_s_columns(tiny: Written) -> None:
    for path in tiny[0].glob("*/*/*"):
        if path.suffix in (".csv", ".parquet"):
            frame = pl.read_parquet(path) if path.suffix == ".parquet" else None
            header = frame.columns if frame is not None else path.read_text().splitlines()[0].split(",")
            assert header == [column.name for column in ENTITIES[path.stem].columns]


def test_a_snapshot_changes_silently_and_loses_a_row(tiny: Written) -> None:
    first, *_, last = (read_file(path) for path in sorted(tiny[0].glob("platform/*/employers.csv")))
    gone = set(first["employer_id"]) - set(last["employer_id"])
    both = first.join(last, on="employer_id", suffix="_last").filter(pl.col("size_band") != pl.col("size_band_last"))
    assert len(gone) == 1
    assert both.height == 1
    assert (both["updated_at"] == both["updated_at_last"]).all()


def test_names_of_persons_and_mailboxes_are_made_up(tiny: Written) -> None:
    emails = latest(tiny[0], "ats_candidate_emails", "system", "candidate_id", "value")["value"].str.to_lowercase()
    assert emails.str.contains(r"\d+(\.[sx])?@").all()
    domains = latest(tiny[0], "employer_domains", "employer_id", "domain")["domain"]
    assert domains.str.ends_with(".example").all()


def test_only_the_source_folders_are_replaced(tmp_path: Path) -> None:
    own = tmp_path / "landing" / "mine" / "notes.txt"
    own.parent.mkdir(parents=True)
    own.write_text("keep")
    stale = tmp_path / "landing" / "platform" / "2020-01-01" / "projects.csv"
    stale.parent.mkdir(parents=True)
    stale.write_text("old")
    write_sample(tmp_path / "landing", tmp_path / "truth", scale="tiny", dirty=False)
    assert own.read_text() == "keep"
    assert not stale.exists()


@pytest.mark.parametrize("scale", ["huge", "12", "200_000_000", "-5"])
def test_an_impossible_scale_is_refused_with_the_known_ones(scale: str) -> None:
    with pytest.raises(UnknownScaleError, match="tiny, small, medium"):
        scale_of(scale)


def test_a_number_of_applications_is_a_scale() -> None:
    assert scale_of("10_000_000").projects == 750_000
    assert scale_of(2500).students == 250


def test_clean_rows_keep_the_contract(clean_small: Written) -> None:
    for path in clean_small[0].glob("*/*/*"):
        if path.stem not in ENTITIES:
            continue
        entity, frame = ENTITIES[path.stem], read_file(path)
        delivered_at = datetime.fromisoformat(path.parent.name)
        assert not frame.select(entity.key).is_duplicated().any(), path
        for column in entity.columns:
            values = frame[column.name].drop_nulls()
            assert not column.required or len(values) == frame.height, (path, column.name)
            assert not column.values or set(values) <= set(column.values), (path, column.name)
            if column.type == "timestamp" and not column.planned:
                moments = values.str.to_datetime("%Y-%m-%dT%H:%M:%SZ") if values.dtype == pl.String else values
                assert (moments.dt.truncate("1d") <= delivered_at).all(), (path, column.name)


def test_the_census_counts_distinct_keys_as_of_the_last_delivery(clean_small: Written) -> None:
    landing, _, report = clean_small
    for name in ("students", "projects", "applications", "engagements", "ats_candidates", "ats_offers", "employments"):
        assert report.census[name] == latest(landing, name, *ENTITIES[name].key).height
