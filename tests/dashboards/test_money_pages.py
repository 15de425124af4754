"""The controls of the ROI and Planner pages: what a reader sets is followed, marked and undone."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboards.economics.assumptions import ASSUMPTIONS

APP = Path(__file__).resolve().parents[2] / "dashboards" / "app.py"
pytestmark = pytest.mark.usefixtures("loopback")


def opened(published: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> AppTest:
    monkeypatch.setenv("THROUGHLINE_PUBLISHED", str(published))
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.session_state["view"] = "employer"
    app.run()
    return app.switch_page(f"views/{name}.py").run()


def html(app: AppTest) -> str:
    return "\n".join(each.proto.body for each in app.get("html") if not each.proto.body.startswith("<style>"))


def test_every_assumption_is_a_control_with_value_range_default_and_source(
    tiny_published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(tiny_published, monkeypatch, "roi")
    keys = {each.key for each in app.number_input}
    assert keys >= {f"{name}{part}" for name in ASSUMPTIONS for part in ("", "_low", "_high")}
    assert all(row.source.replace("'", "&#x27;") in html(app) for row in ASSUMPTIONS.values())
    assert "tl-changed" not in html(app)
    assert not [each for each in app.button if each.key == "reset-assumptions"]


def test_a_changed_assumption_is_marked_followed_and_reset(
    tiny_published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(tiny_published, monkeypatch, "roi")
    whole = html(app)
    app.number_input(key="benchmark_cost_per_hire").set_value(20_000.0).run()
    assert html(app).count("tl-changed") == 1
    app.number_input(key="turnover_cost_share_high").set_value(60.0).run()
    assert html(app).count("tl-changed") == 2
    assert html(app) != whole
    app.button(key="reset-assumptions").click().run()
    assert html(app) == whole
    assert not app.exception


def test_the_value_of_the_work_and_the_benchmark_are_the_reader_s(
    tiny_published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(tiny_published, monkeypatch, "roi")
    assert app.toggle(key="work_value").value is False
    app.toggle(key="work_value").set_value(True).run()
    assert "The value of the work is counted" in html(app)
    offered = app.selectbox(key="benchmark")
    assert any("2016" in each for each in offered.options)
    before = html(app)
    offered.select_index(len(offered.options) - 1).run()
    assert html(app) != before
    assert not app.exception


def test_the_plan_follows_margin_and_rate_and_says_where_its_numbers_are_from(
    tiny_published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(tiny_published, monkeypatch, "planner")
    assert "Left empty: " in html(app)
    before = html(app)
    app.number_input(key="plan_margin").set_value(2.0).run()
    assert "2 points" in html(app) != before
    app.number_input(key="plan_expected").set_value(50.0).run()
    assert "at 50.0 %" in html(app)
    assert "tl-changed" in html(app)
    app.selectbox(key="plan_rate").select_index(5).run()
    assert "engagements" in html(app).lower()
    assert not app.exception
