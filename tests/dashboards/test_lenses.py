"""The other lens of the platform's pages: nothing but activity is shown, and an empty marketplace has its words."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboards.navigation import PAGES, PageEntry

APP = Path(__file__).resolve().parents[2] / "dashboards" / "app.py"
LENSED = [page for page in PAGES if page.has_lens and page.audience == "platform"]
COHORT_WORDS = {"marketplace_health": "by the date of posting", "students": "by the date of their first application"}


def opened(published: Path, monkeypatch: pytest.MonkeyPatch, page: PageEntry, lens: str) -> tuple[AppTest, str]:
    """Return the page under a lens, and its HTML."""
    monkeypatch.setenv("THROUGHLINE_PUBLISHED", str(published))
    app = AppTest.from_file(str(APP), default_timeout=120)
    app.session_state["view"] = "leadership"
    app.session_state["lens"] = lens
    app.run()
    app.switch_page(page.file).run()
    return app, "\n".join(each.proto.body for each in app.get("html") if not each.proto.body.startswith("<style>"))


@pytest.mark.parametrize("page", LENSED, ids=lambda page: page.name)
@pytest.mark.usefixtures("loopback")
def test_the_lens_changes_what_is_shown(page: PageEntry, tiny_published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cohort, cohort_html = opened(tiny_published, monkeypatch, page, "cohort")
    activity, activity_html = opened(tiny_published, monkeypatch, page, "activity")
    assert not cohort.exception
    assert not activity.exception
    if page.name in COHORT_WORDS:
        assert COHORT_WORDS[page.name] in cohort_html
        assert COHORT_WORDS[page.name] not in activity_html
    assert "tl-label" in activity_html
    assert "tl-state" not in activity_html


@pytest.mark.parametrize("page", LENSED, ids=lambda page: page.name)
@pytest.mark.usefixtures("loopback")
def test_an_empty_marketplace_has_its_words_under_activity_too(
    page: PageEntry, empty_published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, html = opened(empty_published, monkeypatch, page, "activity")
    assert not app.exception
    assert "tl-error" not in html
    assert "tl-state" in html
