"""Nothing that a reader sets widens what is seen: every parameter, every widget, every key of a session."""

from collections.abc import Callable
from typing import Any

import pytest
import streamlit as st
from hypothesis import given, settings
from hypothesis import strategies as some
from streamlit.testing.v1 import AppTest

from dashboards.components import filter_bar, metric_entry, page, table, viewer, witness, workbench
from dashboards.database import Generation, current_generation
from dashboards.navigation import PAGES, PageEntry, pages_of
from dashboards.scope import Scope
from dashboards.slices.dictionary import FACETS
from tests.security.canaries import Canary
from tests.security.collecting import Haul, fresh
from tests.security.hostile import Payloads, objects, tampered, texts
from tests.security.marks import Marks
from tests.security.surface import bound_names, nodes, sites
from tests.security.viewers import HOSTS, OF_HOST

ATTACKER = OF_HOST["E00901"]
OPEN, CLOSED = pages_of("employer"), [each for each in PAGES if "employer" not in each.roles]
ASSUMED = ("attrition_comparison", "attrition_micro", "benchmark_cost_per_hire", "first_year_pay",
           "plausible_confounding", "screening_hours", "screening_rate", "supervisor_hours", "supervisor_rate",
           "turnover_cost_share", "work_rate")  # fmt: skip
PLANNED = ("plan_expected", "plan_fill", "plan_completion", "plan_cost_usd", "plan_compare")

NAMED: dict[str, tuple[str, ...]] = {
    "KEYS[dimension]": tuple(filter_bar.KEYS.values()),
    "METRIC": (metric_entry.METRIC,),
    "SEARCH": (metric_entry.SEARCH,),
    "_key(row, part)": tuple(f"{name}{part}" for name in ASSUMED for part in ("", "_low", "_high")),
    "f'by_{column}'": tuple(f"by_{column}" for column in FACETS),
    "key": PLANNED,
    "ASKED_FOR": (viewer.ASKED_FOR,),
    "LOOKED_AT": (viewer.LOOKED_AT,),
    "SCOPE": (page.SCOPE,),
    "VIEWER": (page.VIEWER,),
    "STANDING": (page.STANDING,),
    "SEEN": (witness.SEEN,),
    "GENERATION": (page.GENERATION,),
    "BENCH": (workbench.BENCH,),
    "EDITOR": (workbench.EDITOR,),
    "_shown(key)": (table._shown("project"), table._shown("metric")),
    "table_key": ("choose-project", "choose-metric"),
}
"""Expression of the code -> the names that it stands for; any other expression is the name itself, in quotes."""

ALONE = ("its number", "every number", "a statement", "its project")
"""What each parameter is given by itself; all at once are given everything."""


THOROUGHLY = [each for each in OPEN if each.name in ("pipeline", "projects", "benchmarks")]
"""Pages on which everything is tried; on the others, what a parameter is given by itself."""


def names_of(expression: str) -> tuple[str, ...]:
    """Return the names for which an expression of the code stands."""
    if expression.startswith("'"):
        return (expression.strip("'"),)
    if expression.startswith("page."):
        return (getattr(page, expression.removeprefix("page.")),)
    assert expression in NAMED, f"{expression} names a parameter or a key of the session: let NAMED say which."
    return NAMED[expression]


PARAMETERS = sorted({name for kind, each in sites() if kind == "address" for name in names_of(each)})
KEYS = sorted({name for _, each in sites() for name in names_of(each)})


@pytest.fixture
def victim(flock: list[Canary]) -> Canary:
    """Return the canary of another host."""
    return next(each for each in flock if each.employer_id == "E00903")


@pytest.fixture
def generation(haul: Haul) -> Generation:
    """Return the generation of the canaries."""
    return current_generation()


@pytest.fixture
def sent(victim: Canary, generation: Generation) -> Payloads:
    """Return what may stand in an address or a box."""
    return texts(victim, HOSTS, generation)


def widened(app: AppTest, haul: Haul, marks: Marks, payload: Any) -> list[str]:
    """Return what was seen that is not the attacker's, but for what the attacker said."""
    said = {mark.written for mark in marks.seen_in(str(payload))}
    seen = [each for each in haul.foreign(marks, ATTACKER) if not {*each.partition(": ")[0].split()} & said]
    scope = app.session_state.get(page.SCOPE)
    if isinstance(scope, Scope) and (scope.host_id, scope.role) != (ATTACKER.host_ids[0], "employer"):
        seen.append(f"the scope is {scope.role} of {scope.host_id}")
    haul.clear()
    return seen


@pytest.fixture(autouse=True)
def untouched(haul: Haul) -> None:
    """See that a page opens when nobody tampers: where nothing is drawn, nothing could be found."""
    fresh(ATTACKER, OPEN[0]).run()
    assert f"<h1>{OPEN[0].title}</h1>" in haul.text()
    haul.clear()


# The address ----------------------------------------------------------------------------------------------------------


def asked(entry: PageEntry, names: list[str], payload: Any) -> AppTest:
    """Return a page as it answers to an address with the payload in each of the parameters."""
    app = fresh(ATTACKER, entry)
    for name in names:
        app.query_params[name] = payload
    return app.run()


@pytest.mark.parametrize("entry", OPEN, ids=lambda entry: entry.name)
def test_no_address_widens_a_page(entry: PageEntry, sent: Payloads, haul: Haul, marks: Marks) -> None:
    for attempt, payload in sent.items():
        if entry in THOROUGHLY or attempt in ALONE:
            app = asked(entry, PARAMETERS, payload)
            assert widened(app, haul, marks, payload) == [], attempt


@pytest.mark.parametrize("name", sorted({*PARAMETERS} - {*NAMED["_key(row, part)"]}))
def test_no_parameter_by_itself_widens_a_page(name: str, sent: Payloads, haul: Haul, marks: Marks) -> None:
    entry = next((each for each in OPEN if name in PAGE_OF.get(each.name, ())), OPEN[0])
    for attempt in ALONE:
        app = asked(entry, [name], sent[attempt])
        assert widened(app, haul, marks, sent[attempt]) == [], attempt


PAGE_OF = {
    "roi": ("benchmark", "work_value", "foretold"),
    "projects": ("project", "search"),
    "talent_pool": ("who",),
    "fair_access": ("stage", "groups", "group_term", "compared_group"),
    "benchmarks": ("kind", "band"),
    "planner": ("plan_rate", "plan_margin", *PLANNED),
    "hire_through": ("by", "clock", "window"),
    "dictionary": ("metric", "search", *NAMED["f'by_{column}'"]),
}
"""Page -> the parameters that are its own; all others are tried on the first page."""


@pytest.mark.parametrize("entry", CLOSED, ids=lambda entry: entry.name)
def test_no_address_opens_a_page_of_another_role(entry: PageEntry, sent: Payloads, haul: Haul, marks: Marks) -> None:
    for attempt in ("its number", "a role", "another role"):
        app = asked(entry, PARAMETERS, sent[attempt])
        assert f"<h1>{entry.title}</h1>" not in haul.text()
        assert widened(app, haul, marks, sent[attempt]) == [], attempt


@settings(max_examples=25)
@given(data=some.data())
def test_no_choice_of_parameters_and_values_widens_a_page(
    data: some.DataObject, sent: Payloads, haul: Haul, marks: Marks
) -> None:
    app = fresh(ATTACKER, data.draw(some.sampled_from(OPEN)))
    values = some.sampled_from([*sent.values()]) | some.text(max_size=40)
    chosen = data.draw(some.dictionaries(some.sampled_from(PARAMETERS), values, min_size=1, max_size=8))
    app.query_params.update(chosen)
    assert widened(app.run(), haul, marks, chosen) == []


# Widgets --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("entry", OPEN, ids=lambda entry: entry.name)
def test_no_value_of_a_widget_widens_a_page(entry: PageEntry, sent: Payloads, haul: Haul, marks: Marks) -> None:
    app = fresh(ATTACKER, entry).run()
    states = app._tree.get_widget_states()
    for attempt, payload in sent.items():
        if entry in THOROUGHLY or attempt in ALONE:
            app._run(tampered(states, payload))
            assert widened(app, haul, marks, payload) == [], attempt


# The session ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("entry", OPEN, ids=lambda entry: entry.name)
def test_nothing_in_the_session_widens_a_page(
    entry: PageEntry, victim: Canary, generation: Generation, haul: Haul, marks: Marks
) -> None:
    app = fresh(ATTACKER, entry).run()
    kept = {*KEYS, *app.session_state.to_dict()}
    for attempt, payload in objects(victim, generation).items():
        for each in (app, fresh(ATTACKER, entry)):
            for key in kept:
                if not key.startswith(TRIGGERS):
                    each.session_state[key] = payload
            each._run()
            assert widened(each, haul, marks, payload) == [], attempt


TRIGGERS = (
    "rows-", "marks-", "download-", "choose-", "clear-", "part-", "log-", "reset-", "run-", "cancel-", "insert-",
)  # fmt: skip
"""Beginnings of the keys of buttons and tables, which Streamlit lets nobody set."""


# The attacks themselves -----------------------------------------------------------------------------------------------


def test_every_parameter_that_a_page_binds_is_attacked(haul: Haul) -> None:
    found: set[str] = set()
    for entry in OPEN:
        app = fresh(ATTACKER, entry).run()
        found |= {name for node in nodes(app._tree) for name in bound_names(node.proto)} | {*app.query_params}
    assert len(found) > 50
    assert found <= {*PARAMETERS}


def test_an_expression_that_is_not_known_is_not_passed_over() -> None:
    with pytest.raises(AssertionError, match="let NAMED say which"):
        names_of("some_new_key")


Gate = Callable[..., Scope]


def trusting(gate: Gate) -> Gate:
    """Return a gate that shows whatever employer the address names."""

    def choose(generation: Generation, *told: Any) -> Scope:
        host = st.query_params.get("employer", "")
        return Scope(generation, "employer", host, host, (host,)) if host in HOSTS else gate(generation, *told)

    return choose


def test_a_gate_that_trusts_the_address_is_found(
    sent: Payloads, haul: Haul, marks: Marks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(viewer, "choose_scope", trusting(viewer.choose_scope))
    found = widened(asked(OPEN[0], PARAMETERS, sent["its number"]), haul, marks, sent["its number"])
    assert any(each.startswith("moment of ") or "the scope is" in each for each in found)
