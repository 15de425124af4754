"""The published curves of the golden marketplace, against exact fractions over the rows that they are drawn from."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from typing import Any

import pytest

from tests.dbt_project.curves import Step, Unit, exact_curve
from tests.dbt_project.marketplace import Built

Scope = tuple[str, ...]
"""scope_id, and what else names a curve."""


def by_scope(rows: Iterable[tuple[Any, ...]]) -> dict[Scope, list[Unit]]:
    """Return each scope's units, from rows of host, further keys, entry_days, exit_days, event_code."""
    scopes: dict[Scope, list[Unit]] = defaultdict(list)
    for host, *keys, entry, exit_day, event in rows:
        scopes[("platform", *keys)].append((entry, exit_day, event))
        scopes[(host, *keys)].append((entry, exit_day, event))
    return scopes


def drawn(scopes: dict[Scope, list[Unit]], competing: bool) -> dict[Hashable, Step]:
    steps = ((scope, exact_curve(units, competing)) for scope, units in scopes.items())
    return {(*scope, day): step for scope, curve in steps for day, step in curve.items()}


def test_the_curve_of_first_applications_is_the_textbook_s(golden: Built) -> None:
    waits = golden.rows(
        "select host_id, 0, first_application_exit_days, first_application_event_code from marts.fct_projects"
    )
    expected = drawn(by_scope(waits), competing=True)
    published = golden.rows(
        "select scope_id, day, at_risk_count, first_application_count + closed_count, first_application_incidence,"
        " closed_incidence, waiting_share from marts.agg_first_application_curve"
    )
    assert {row[:2] for row in published} == set(expected)
    for *key, at_risk, events, applied, closed, waiting in published:
        step = expected[tuple(key)]
        assert (at_risk, events) == (step.at_risk, step.events), key
        exact = [float(share) for share in (step.host, step.elsewhere, step.survival)]
        assert [applied, closed, waiting] == pytest.approx(exact, abs=1e-12), key


def test_the_curves_of_retention_are_the_textbook_s(golden: Built) -> None:
    hires = golden.rows(
        "select host_id, came_by, retention_entry_days, retention_exit_days, retention_event_code"
        " from marts.fct_hires where is_new_hire = 1 and retention_exit_days is not null"
    )
    expected = drawn(by_scope(hires), competing=False)
    published = golden.rows(
        "select scope_id, came_by, day, at_risk_count, left_count, retained_share from marts.agg_retention_curve"
    )
    assert expected
    assert {row[:3] for row in published} == set(expected)
    for *key, at_risk, left, retained in published:
        step = expected[tuple(key)]
        assert (at_risk, left) == (step.at_risk, step.events), key
        assert retained == pytest.approx(float(step.survival), abs=1e-12), key
