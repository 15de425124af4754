"""Every page for every role: on a platform without a fact, on the tiny and on the small marketplace."""

from pathlib import Path
from typing import get_args

import pytest
from streamlit.testing.v1 import AppTest

from dashboards.access.login import is_demo
from dashboards.components.filter_bar import KEYS, OFFERED
from dashboards.components.page import SCOPE
from dashboards.database import current_generation
from dashboards.navigation import PAGES, PageEntry, pages_of
from dashboards.scope import SENSITIVE, Role
from dashboards.slices.people import choices, hosts

COUNTING = [page for page in PAGES if page.audience != "analyst"]
"""Pages that count; those of analysts tell of tables and metrics, which a platform on its first day has too."""

OPENINGS = [(page, role) for page in PAGES for role in page.roles]
CLOSED = [(page, role) for page in PAGES for role in get_args(Role) if role not in page.roles]
DATA = ("empty", "tiny", pytest.param("small", marks=pytest.mark.slow))

APP = Path(__file__).resolve().parents[2] / "dashboards" / "app.py"


def opened(published: Path, monkeypatch: pytest.MonkeyPatch, role: Role, page: PageEntry | None = None) -> AppTest:
    """Return the app as a reader finds it."""
    monkeypatch.setenv("THROUGHLINE_PUBLISHED", str(published))
    app = AppTest.from_file(str(APP), default_timeout=120)
    app.session_state["view"] = role
    app.run()
    if page is not None:
        app.switch_page(page.file).run()
    return app


def html(app: AppTest) -> str:
    """Return all HTML on the page."""
    return "\n".join(each.proto.body for each in app.get("html") if not each.proto.body.startswith("<style>"))


def tiles(app: AppTest) -> list[str]:
    """Return the HTML of each tile."""
    return [each.proto.body for each in app.get("html") if 'class="tl-label"' in each.proto.body]


def named(opening: tuple[PageEntry, Role]) -> str:
    return f"{opening[0].name}-{opening[1]}"


def assert_sound(app: AppTest, page: PageEntry) -> None:
    assert not app.exception
    assert not app.error
    assert f"<h1>{page.title}</h1>" in html(app)
    assert "tl-error" not in html(app)


@pytest.mark.parametrize("opening", OPENINGS, ids=named)
@pytest.mark.parametrize("data", DATA)
@pytest.mark.usefixtures("loopback")
def test_a_page_opens(
    opening: tuple[PageEntry, Role], data: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, role = opening
    app = opened(request.getfixturevalue(f"{data}_published"), monkeypatch, role, page)
    assert_sound(app, page)
    if page not in COUNTING:
        return
    if data == "empty":
        assert 'class="tl-state' in html(app), "a platform without a fact is told so"
    if data == "small":
        assert not [tile for tile in tiles(app) if "tl-none" in tile], "every tile has a value"


@pytest.mark.parametrize("page", COUNTING, ids=lambda page: page.name)
@pytest.mark.usefixtures("loopback")
def test_every_tile_has_a_value_or_says_why_not(
    page: PageEntry, tiny_published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(tiny_published, monkeypatch, page.roles[0], page)
    assert tiles(app) or page.name in WITHOUT_TILES
    assert not [tile for tile in tiles(app) if "tl-none" in tile and "tl-note" not in tile]


WITHOUT_TILES: dict[str, str] = {}
"""Pages that tell without tiles, and why."""

CONTROLS = {"lens": "lens", "period": "period", "clock": "clock", "window": "window", **KEYS}


@pytest.mark.parametrize("page", COUNTING, ids=lambda page: page.name)
@pytest.mark.usefixtures("loopback")
def test_a_page_obeys_each_of_its_filters(
    page: PageEntry, tiny_published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(tiny_published, monkeypatch, page.roles[0], page)
    values: dict[str, object] = {"period": "Last 12 months", "lens": "activity", "window": 180, "clock": "graduated"}
    obeyed = [*page.filters, *(["lens"] if page.has_lens else []), *(["clock"] if len(page.clocks) > 1 else [])]
    for name in obeyed:
        key = CONTROLS[name]
        before = app.session_state[key]
        offered = app.multiselect(key=key) if name in KEYS else None
        app.session_state[key] = values[name] if offered is None else [first_choice(app, name)]
        app.run()
        assert_sound(app, page)
        app.session_state[key] = before
    app.run()
    assert_sound(app, page)


def first_choice(app: AppTest, dimension: str) -> str:
    """Return the first value that a filter offers."""
    if dimension == "host_id":
        return str(hosts(current_generation())["host_id"][0])
    return choices(app.session_state[SCOPE])[dimension][0]


@pytest.mark.parametrize("opening", CLOSED, ids=named)
@pytest.mark.usefixtures("loopback")
def test_a_role_does_not_find_a_page_that_is_not_its_own(
    opening: tuple[PageEntry, Role], tiny_published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, role = opening
    app = opened(tiny_published, monkeypatch, role)
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        app.switch_page(page.file)


@pytest.mark.parametrize("role", get_args(Role))
@pytest.mark.usefixtures("loopback")
def test_a_role_lands_on_its_first_page(role: Role, tiny_published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert f"<h1>{pages_of(role)[0].title}</h1>" in html(opened(tiny_published, monkeypatch, role))


@pytest.mark.usefixtures("loopback")
def test_pages_say_that_the_data_are_synthetic_and_as_of_when(
    tiny_published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = html(opened(tiny_published, monkeypatch, "employer"))
    assert "Synthetic data" in text
    assert "Data as of" in text


@pytest.mark.usefixtures("loopback")
def test_the_app_opens_on_the_largest_employer_and_follows_the_choice(
    tiny_published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(tiny_published, monkeypatch, "employer")
    first, second = app.sidebar.selectbox(key="employer").options[:2]
    assert f'<span class="tl-who">{first}</span>' in html(app)
    chosen = app.sidebar.selectbox(key="employer")
    chosen.select_index(1).run()
    assert f'<span class="tl-who">{second}</span>' in html(app)


@pytest.mark.usefixtures("loopback")
def test_a_filter_changes_the_numbers_and_clear_brings_them_back(
    tiny_published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(tiny_published, monkeypatch, "employer")
    whole = html(app)
    app.multiselect(key="category").select("sales").run()
    assert html(app) != whole
    assert not app.exception
    app.button(key="clear-filters").click().run()
    assert app.multiselect(key="category").value == []
    assert html(app) == whole


@pytest.mark.usefixtures("loopback")
def test_a_slice_without_a_row_has_its_own_words(tiny_published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(tiny_published, monkeypatch, "employer")
    app.selectbox(key="period").select("Last 12 months")
    oldest = app.multiselect(key="term").options[-1]
    app.multiselect(key="term").select(oldest).run()
    assert not app.exception
    assert "No applications in this slice" in html(app)


@pytest.mark.usefixtures("loopback")
def test_the_rows_behind_a_tile_open(tiny_published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(tiny_published, monkeypatch, "employer")
    app.button(key="rows-selection_rate").click().run()
    assert not app.exception
    assert " counted · " in html(app)
    assert app.dataframe


@pytest.mark.usefixtures("loopback")
@pytest.mark.slow
@pytest.mark.usefixtures("loopback")
def test_data_health_says_how_many_withdrew_their_consent(
    small_published: Path, tiny_published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Students of the small sample did, none of the tiny one."""
    health = next(each for each in PAGES if each.name == "data_health")
    for published, is_said in ((small_published, True), (tiny_published, False)):
        app = opened(published, monkeypatch, "leadership", health)
        assert any("students withdrew the consent to analytics" in each.value for each in app.caption) is is_said


def test_without_published_data_the_page_says_how_to_make_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(tmp_path, monkeypatch, "employer")
    assert not app.exception
    assert "tl-error" in html(app)
    assert "throughline run" in html(app)


def test_no_page_filters_by_a_school_fact() -> None:
    assert not {name for offered in OFFERED.values() for name in offered} & set(SENSITIVE)


def test_outside_the_loopback_nobody_may_choose_a_role(tiny_published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(tiny_published, monkeypatch, "employer")
    assert not app.sidebar.selectbox
    assert "Nothing to show without a login" in html(app)
    assert "tl-value" not in html(app)


@pytest.mark.parametrize(
    ("synthetic", "address", "allowed"),
    [
        (True, "127.0.0.1", True),
        (True, "localhost", True),
        (True, "0.0.0.0", False),
        (True, None, False),
        (False, "127.0.0.1", False),
    ],
)
def test_demo_mode_needs_synthetic_data_and_the_loopback(synthetic: bool, address: str | None, allowed: bool) -> None:
    assert is_demo({"is_synthetic": synthetic}, address) is allowed
