"""Writes a whole sample: the one entry of this package."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.sample.calibration import Calibration, default_calibration
from pipelines.sample.candidates import Registry
from pipelines.sample.careers import Careers
from pipelines.sample.clock import DELIVERY_HOUR
from pipelines.sample.dirt import Dirt
from pipelines.sample.employers import Employers
from pipelines.sample.hiring import Hiring
from pipelines.sample.landing import SOURCES, Landing
from pipelines.sample.market import Market, Step
from pipelines.sample.people import People
from pipelines.sample.plan import Plan
from pipelines.sample.scale import scale_of
from pipelines.sample.static_rows import add_static
from pipelines.sample.surveys import SURVEY, survey_frame
from pipelines.sample.truth import Truth


@dataclass(frozen=True)
class SampleReport:
    """What was written; ``census`` counts distinct clean keys by entity as of the last delivery."""

    scale: str
    seed: int
    rows: int
    files: int
    census: dict[str, int]
    planted: dict[str, int]
    truth: dict[str, Any]


def write_sample(
    landing_dir: Path,
    truth_dir: Path,
    scale: str | int = "small",
    seed: int = 42,
    dirty: bool = True,
    calibration: Calibration | None = None,
) -> SampleReport:
    """Write a synthetic marketplace as dated deliveries, and the planted truth beside it.

    Only the two source folders ``platform`` and ``outcomes`` below ``landing_dir`` are replaced. ``scale`` is tiny,
    small, medium or a number of applications up to 100 million; the same arguments write the same content.
    """
    plan = Plan(seed, scale_of(scale), calibration or default_calibration(), dirty)
    for folder in (*(landing_dir / source for source in SOURCES.values()), truth_dir):
        shutil.rmtree(folder, ignore_errors=True)
    truth_dir.mkdir(parents=True)
    people, employers = People(plan), Employers(plan)
    truth = Truth(truth_dir, people, employers)
    dirt = Dirt(plan)
    landing = Landing(plan, landing_dir, dirt.plant)
    careers = Careers(plan, people)
    registry = Registry(plan, people, employers, landing, truth)
    market = Market(plan, people, employers, careers, landing)
    hiring = Hiring(plan, people, employers, careers, registry, landing, truth)
    add_static(plan, employers, landing)
    for step in market.steps():
        _outcomes_of(step, plan, people, careers, hiring, landing)
    told = truth.finish(_facts(plan, landing, dirt))
    return SampleReport(
        plan.scale.name, seed, landing.rows_written + dirt.rows, landing.files_written, told["census"],
        told["planted_by_kind"], told,
    )  # fmt: skip


def _outcomes_of(step: Step, plan: Plan, people: People, careers: Careers, hiring: Hiring, landing: Landing) -> None:
    """Draw what follows from a step, and close the deliveries whose time has come."""
    hiring.step(step)
    landing.add("first_destinations", survey_frame(plan, people, careers, step.begins, step.ends), SURVEY)
    landing.close_until(step.ends + DELIVERY_HOUR * 3600)


def _facts(plan: Plan, landing: Landing, dirt: Dirt) -> dict[str, Any]:
    """Return everything that the truth tells besides the outcomes."""
    names = sorted(plan.calibration.parameters)
    return {
        "scale": plan.scale.name,
        "seed": plan.seed,
        "is_dirty": plan.is_dirty,
        "as_of": plan.deliveries[-1].at.isoformat(),
        "deliveries": [each.at.isoformat() for each in plan.deliveries],
        "census": dict(sorted(landing.census.items())),
        "planted": dirt.planted(),
        "planted_by_kind": dirt.by_kind(),
        "group_effects": {name: plan.number(name) for name in names if name.startswith("effects.")},
        "ability": plan.number("selection.ability"),
        "scenario": {
            name: plan.number(f"outcomes.{name}")
            for name in (
                "host_share", "host_scale_months", "elsewhere_share", "elsewhere_scale_months", "lift_ratio",
                "waits_for_graduation_share",
            )
        },
    }  # fmt: skip
