"""Every kind of dirt is planted, counted, and small."""

import json

import polars as pl

from pipelines.contract import ENTITIES
from pipelines.sample.dirt_kinds import KINDS, key_column
from tests.pipelines.sample.conftest import Written, latest, read_file


def test_every_kind_is_planted_even_in_the_tiny_sample(tiny: Written) -> None:
    planted = tiny[2].planted
    assert set(planted) == {kind.name for kind in KINDS}
    assert min(planted.values()) >= 1


def test_the_truth_says_which_file_holds_what(tiny: Written) -> None:
    landing, truth, report = tiny
    told = json.loads((truth / "truth.json").read_text())["planted"]
    assert sum(each["count"] for each in told) == sum(report.planted.values())
    for each in told:
        assert (landing / each["source"] / each["delivery"] / each["file"]).exists()
        assert each["fate"] in ("quarantined", "unchanged", "loaded")


def test_planted_words_stand_in_the_files(tiny: Written) -> None:
    landing = tiny[0]
    assert "other (see notes)" in (landing / "platform/2026-04-01/applications.csv").read_text()
    orphans = latest(landing, "applications", "application_id").filter(pl.col("project_id").str.starts_with("MISSING"))
    assert orphans.height == tiny[2].planted["orphan"]


def test_a_fee_under_the_floor_is_planted_and_no_clean_fee_is(tiny: Written) -> None:
    projects = latest(tiny[0], "projects", "project_id").drop_nulls("posted_at")
    hourly = projects["fee_usd"].cast(pl.Float64, strict=False) / projects["hours_estimated"].cast(
        pl.Float64, strict=False
    )
    assert (hourly < 15).sum() == tiny[2].planted["fee under floor"]


def test_a_line_with_a_wrong_number_of_fields_is_planted(tiny: Written) -> None:
    wrong = 0
    for path in [*tiny[0].glob("*/*/*.csv"), *tiny[0].glob("*/*/*.tsv")]:
        mark = "\t" if path.suffix == ".tsv" else ","
        header, *lines = path.read_text().splitlines()
        wrong += sum('"' not in line and line.count(mark) != header.count(mark) for line in lines)
    assert wrong == tiny[2].planted["wrong number of fields"]


def test_dirt_is_a_small_share_and_no_file_is_unreadable(tiny: Written) -> None:
    assert sum(tiny[2].planted.values()) < 0.005 * tiny[2].rows
    for path in tiny[0].glob("*/*/*"):
        if path.suffix in (".parquet", ".ndjson", ".xlsx"):
            assert read_file(path).height > 0


def test_clean_samples_have_no_dirt(clean_small: Written) -> None:
    assert sum(clean_small[2].planted.values()) == 0


def test_a_planted_row_gets_a_key_of_its_own() -> None:
    found = {name: key_column(entity).name for name, entity in ENTITIES.items()}
    assert found["applications"] == "application_id"
    assert found["ats_offers"] == "offer_id"
    assert found["student_emails"] == "email"
    assert found["feedback_competencies"] == "feedback_id"
