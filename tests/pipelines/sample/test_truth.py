"""What is planted is what was drawn."""

from pathlib import Path

import polars as pl
import pytest

from pipelines.sample import write_sample
from pipelines.sample.calibration import default_calibration
from pipelines.sample.outcomes import true_incidence
from tests.pipelines.sample.conftest import Written, latest


def test_without_waiting_selection_and_competitors_the_planted_curve_is_the_closed_form(tmp_path: Path) -> None:
    calibration = default_calibration().changed(
        selection__ability=0.0,
        outcomes__waits_for_graduation_share=0.0,
        outcomes__lift_ratio=1e6,  # nobody is hired without a completion
        outcomes__background_share=0.0,
        outcomes__pre_existing_share=0.0,
        outcomes__host_share=0.10,
        outcomes__elsewhere_share=0.0,  # nothing competes but other hosts
    )
    write_sample(tmp_path / "landing", tmp_path / "truth", scale="20_000", dirty=False, calibration=calibration)
    pairs = pl.read_parquet(tmp_path / "truth" / "pairs.parquet").filter(pl.col("is_at_risk"))
    first = pairs.sort("completed_date").unique("person_id", keep="first", maintain_order=True)
    hired = first.filter(pl.col("event") == "host", pl.col("event_days") <= 365).height / first.height
    error = (0.08 * 0.92 / first.height) ** 0.5
    assert hired == pytest.approx(float(true_incidence(365, calibration.scenario)), abs=3 * error + 0.004)


def test_hires_in_the_feeds_are_planted_ones(clean_small: Written) -> None:
    landing, truth, _ = clean_small
    identities = pl.read_parquet(truth / "identities.parquet")
    pairs = pl.read_parquet(truth / "pairs.parquet")
    jobs = (
        latest(landing, "employments", "employment_id")
        .drop_nulls("candidate_id")
        .join(identities, on=["system", "candidate_id"])
    )
    hosts = latest(landing, "employers", "employer_id").select(
        "employer_id", host_id=pl.coalesce("parent_employer_id", "employer_id")
    )
    planted = pairs.filter(pl.col("event") == "host").with_columns(
        start_date=pl.col("completed_date") + pl.duration(days="event_days")
    )
    seen = jobs.join(hosts, on="employer_id").join(planted, on=["person_id", "host_id", "start_date"], how="semi")
    assert 0.4 * planted.height < seen.height <= planted.height


def test_lift_is_modest_and_selection_strong(clean_small: Written) -> None:
    told = clean_small[2].truth["lift"]
    naive = told["probability_if_completed"]
    assert 0 < told["risk_difference_on_completers"] < 0.6 * naive
    assert told["caused_365_days"] < clean_small[2].truth["hire_through"]["host_365_days"]


def test_group_effects_are_told(clean_small: Written) -> None:
    assert clean_small[2].truth["group_effects"]["effects.selected_first_generation"] < 0


def test_selected_students_are_abler_only_where_ability_matters(tmp_path: Path) -> None:
    told = {}
    for ability in (0.0, 1.0):
        calibration = default_calibration().changed(selection__ability=ability)
        report = write_sample(tmp_path / "l", tmp_path / "t", scale="tiny", dirty=False, calibration=calibration)
        told[ability] = pl.read_parquet(tmp_path / "t" / "pairs.parquet")["probability_if_completed"]
        assert report.truth["ability"] == ability
    assert told[0.0].n_unique() == 1
    assert told[1.0].n_unique() > 10
