"""Tiles of the Hire-through pages that the dictionary does not hold as such: windows of the curve, one class's rate."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from dashboards.elsewhere import UNTOLD
from dashboards.formats import whole_share_text
from dashboards.intervals import Interval, wilson
from dashboards.metrics import GROUP, query, values
from dashboards.readings import Explanation, Reading, read
from dashboards.rows import slice_rows
from dashboards.scope import Clock, Scope
from dashboards.slices.courses import course
from dashboards.slices.outcomes import (
    COLUMNS,
    LEAST_AT_RISK,
    MART,
    Incidence,
    band_notes,
    curve_query,
    curve_rows,
)

STARTS: dict[Clock, str] = {
    "completed": "first completion with the employer",
    "graduated": "the later of first completion and graduation",
}

RATES = ("offer_through", "internship_through")
APPLICANTS = ("hire_through_of_applicants", "hire_through_of_selected")
ANYWHERE = {
    180: ("any_employer_hire_through_180_days",),
    365: ("any_employer_hire_through",),
    730: ("any_employer_hire_through_730_days",),
}
"""Window -> the metric of persons who start at any employer."""

CONVERSION = "nace_conversion_rate"
CLASS_PARTS = ("nace_converted", "nace_eligible", "nace_unknown")
POOLED = "published NACE figures are means over employers; ours are pooled"


def curve_readings(scope: Scope, found: Sequence[Incidence | None], meters: pl.DataFrame) -> list[Reading]:
    """Return the curve at every window."""
    return [curve_reading(scope, each, meter) for each, meter in zip(found, meters.iter_rows(named=True), strict=True)]


def curve_reading(scope: Scope, found: Incidence | None, meter: Mapping[str, Any]) -> Reading:
    """Return the curve at one window; the meter says how many completers have the whole window behind them."""
    window = str(meter["window"])
    few = f"fewer than {LEAST_AT_RISK} completers have been watched for {window}"
    whose = "us" if scope.host_id else "the host"
    return Reading(
        name=f"hire_through_{window.replace(' ', '_')}",
        label=f"Hired by {whose} within {window}",
        unit="share",
        value=found.host if found else None,
        explanation=_explanation(scope, window),
        receipt=curve_query(scope),
        filters=scope.filters,
        interval=_band(found),
        denominator=meter["in_curve"],
        mature_share=meter["share"],
        rows=curve_rows(scope)[0][1],
        notes=band_notes(scope) if found else (few,),
    )


def _explanation(scope: Scope, window: str) -> Explanation:
    start = STARTS[scope.filters.clock]
    banded = "band that lets completers of one employer share their fate" if scope.host_id is None else "log-log band"
    competing = "A first full-time start elsewhere competes." if not scope.is_untold else UNTOLD
    return Explanation(
        text=f"Share of completers who start full-time at the host within {window} of {start}. Who is still inside the "
        f"window counts for as long as watched. {competing}",
        formula=f"Aalen-Johansen cumulative incidence with its {banded}",
        clock=start,
        window=window,
        owner="platform analytics",
        direction="higher is better",
    )


def _band(found: Incidence | None) -> Interval | None:
    if found is None or found.low is None or found.high is None:
        return None
    return Interval(found.low, found.high)


def metrics(scope: Scope) -> tuple[str, ...]:
    """Name the dictionary's metrics of the cohort's tiles; the rate over matured pairs is that of window and clock."""
    return (course(scope).matured[scope.filters.window], *RATES)


def rate_readings(scope: Scope, names: Sequence[str]) -> dict[str, Reading]:
    """Return the dictionary's readings, NACE's conversion as that of one class."""
    found = read(scope, names)
    return found | {name: conversion_reading(scope, found[name]) for name in (CONVERSION,) if name in found}


def conversion_reading(scope: Scope, whole: Reading) -> Reading:
    """Return NACE's conversion of the last class whose 31 December is over; ``whole`` is that of all classes."""
    converted, eligible, unknown = CLASS_PARTS
    classes = [row for row in values(scope, CLASS_PARTS, by="month").iter_rows(named=True) if row[eligible]]
    if not classes:
        return replace(whole, value=None, rows=None, notes=(*whole.notes, "no class's 31 December is over", POOLED))
    last = classes[-1]
    year, hits, size = last[GROUP].year, last[converted], last[eligible]
    return replace(
        whole,
        label=f"{whole.label}, class of {year}",
        value=hits / size,
        numerator=hits,
        denominator=size,
        unknown=last[unknown],
        interval=_deflated(hits, size, whole.interval),
        change=None,
        mature_share=None,
        receipt=query(scope, CLASS_PARTS, "month"),
        rows=slice_rows(
            scope,
            MART,
            "class_ended_date",
            f"class_year = {int(year)} and is_nace_eligible = 1",
            "is_nace_converted = 1",
            columns=COLUMNS,
            is_rate=True,
        ),
        notes=(*whole.notes, f"{whole_share_text(last[unknown] / size)} of the class have not answered", POOLED),
    )


def _deflated(hits: float, size: float, of_all_classes: Interval | None) -> Interval | None:
    """Return Wilson's interval with n divided by the design effect that all classes together show."""
    effect = of_all_classes.design_effect if of_all_classes else None
    found = wilson(hits / (effect or 1.0), size / (effect or 1.0))
    return None if found is None else Interval(found.low, found.high, effect)
