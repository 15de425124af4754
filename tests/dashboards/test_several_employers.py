"""Who sees several employers is told nothing of their peers: the difference of two would tell of a third."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboards.access import ended
from dashboards.access.viewer import Viewer
from dashboards.database import Generation
from dashboards.definitions import catalogue
from dashboards.extract.cutting import extract_of
from dashboards.openable import COLUMNS
from dashboards.scope import Scope
from dashboards.slices import peers, planning
from dashboards.slices.people import hosts
from tests.dashboards.people import app_for, claims_of, grant, write_access
from tests.dashboards.test_pages import APP, html

ADA = "ada@a.example"
WHY = "Peers are not shown to somebody who sees several employers"
PEERS_FIGURE = re.compile(r"% of \d+ others|, \d+ others")
ScopeOf = Callable[..., Scope]
Open = Callable[[Sequence[str], str], AppTest]


def page_text(app: AppTest) -> str:
    """Return all that a page holds, charts and tables included."""
    return html(app) + "\n".join(str(each.proto) for each in app.main if each.type != "html")


@pytest.fixture
def opened(tmp_path: Path, generation: Generation, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Return what opens a page as an employer's person of these hosts, the first of them chosen."""
    path = tmp_path / "access.toml"
    monkeypatch.setenv("THROUGHLINE_ACCESS", str(path))
    monkeypatch.setattr(ended, "_here", {})

    def open_page(granted: Sequence[str], name: str) -> AppTest:
        write_access(path, grant(ADA, "employer", granted))
        app = app_for(claims_of(ADA), monkeypatch)
        app.query_params["employer"] = dict(hosts(generation).select("host_id", "host_name").iter_rows())[granted[0]]
        app.run()
        app.switch_page(f"views/{name}.py").run()
        assert not app.exception
        return app

    return open_page


@pytest.mark.parametrize(
    ("viewer", "expected"),
    [
        (Viewer("ada", "employer", ("e1", "e2")), True),
        (Viewer("ada", "employer", ("e1",)), False),
        (Viewer("ada", "employer"), False),
        (Viewer("demo", "employer", ("e1", "e2"), is_demo=True), False),
        (Viewer("ada", "leadership"), False),
        (Viewer("ada", "admin"), False),
    ],
)
def test_several_employers_are_those_of_the_grants(viewer: Viewer, expected: bool) -> None:
    assert viewer.sees_several is expected


def test_no_slice_tells_of_peers_and_what_is_kept_for_one_reader_is_not_given_to_the_other(employer: ScopeOf) -> None:
    allowed, refused = employer(), replace(employer(), sees_peers=False)
    for _ in range(2):
        assert any(peers.compared(allowed)["theirs"].is_not_null())
        assert peers.categories(allowed)
        assert peers.own_band(allowed)
        assert planning.peer_rate(allowed, "completion_rate") is not None
        assert peers.compared(refused).is_empty()
        assert peers.categories(refused) == []
        assert peers.own_band(refused) is None
        assert [planning.peer_rate(refused, name) for name in peers.METRICS] == [None] * len(peers.METRICS)
    assert peers.published(refused).equals(peers.published(allowed))


def test_a_scope_of_which_nothing_is_said_sees_no_peers(employer: ScopeOf) -> None:
    own = employer()
    made = Scope(own.generation, "employer", own.host_id, own.host_name, own.employer_ids)
    assert peers.compared(made).is_empty()


def test_the_peers_are_read_in_one_place_and_no_metric_or_opened_row_is_of_them(generation: Generation) -> None:
    folder = Path(APP).parent
    naming = {
        path.relative_to(folder).as_posix(): path.read_text().count("from analytics.marts.agg_peer_benchmarks")
        for path in folder.rglob("*.py")
        if "agg_peer_benchmarks" in path.read_text()
    }
    assert naming == {"slices/peers.py": 1, "extract/rules.py": 0}
    assert "agg_peer_benchmarks" not in {*COLUMNS, *(model.mart for model in catalogue(generation).models.values())}


def test_benchmarks_show_peers_to_a_person_of_one_employer_and_not_to_one_of_two(
    opened: Open, generation: Generation
) -> None:
    first, second, *_ = hosts(generation)["host_id"]
    for granted in ([first], [first, second], [second, first], [first]):
        app = opened(granted, "benchmarks")
        text = page_text(app)
        is_one = len(granted) == 1
        assert bool(PEERS_FIGURE.search(text)) is is_one
        assert (WHY in text) is not is_one
        assert bool([each for each in app.selectbox if each.key == "kind"]) is is_one
        assert "Published figures" in text
        assert "Completion rate" in text


def test_the_planner_of_a_person_of_two_employers_starts_without_peers(opened: Open, generation: Generation) -> None:
    in_need, *others = sorted(
        hosts(generation).iter_rows(named=True), key=lambda row: not starts_from_peers(generation, row)
    )
    assert starts_from_peers(generation, in_need)
    alone = page_text(opened([in_need["host_id"]], "planner"))
    assert "pooled peers'" in alone
    both = opened([in_need["host_id"], others[0]["host_id"]], "planner")
    assert f'<span class="tl-who">{in_need["host_name"]}</span>' in html(both)
    assert "<h1>Planner</h1>" in html(both)
    assert "pooled peers'" not in page_text(both)


def starts_from_peers(generation: Generation, row: dict[str, Any]) -> bool:
    own, employer_ids = extract_of(generation, row["host_id"]), tuple(row["employer_ids"])
    scope = Scope(own, "employer", row["host_id"], row["host_name"], employer_ids, sees_peers=True)
    found = planning.start(scope, "hire_through_matured")
    return any("peers" in each.origin for each in (found.rate, found.fill_rate, found.completion_rate))
