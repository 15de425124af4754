"""The login's settings, and the app as people find it who have signed in: with a grant, with none, with another's."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from streamlit import config
from streamlit.testing.v1 import AppTest

from dashboards.access import ended, login, startup
from dashboards.access.login import LoginSettingsError, check_secrets, granted
from dashboards.access.viewer import NoGrantError, NotReadyError, NotSignedInError, Viewer
from dashboards.components import page
from dashboards.components.viewer import guarded, still
from dashboards.database import Generation, GoneGenerationError
from dashboards.slices.people import hosts
from tests.dashboards.people import APP, AUTH, CONTACT, app_for, claims_of, grant, write_access
from tests.dashboards.test_pages import html

ADA, EVE = "ada@a.example", "eve@x.example"


@pytest.fixture
def access_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "access.toml"
    monkeypatch.setenv("THROUGHLINE_ACCESS", str(path))
    monkeypatch.setenv("THROUGHLINE_AUDIT", str(tmp_path / "audit"))
    monkeypatch.setattr(ended, "_here", {})
    return path


@pytest.fixture
def known(generation: Generation) -> dict[str, str]:
    """Return host id -> name, the largest first."""
    return dict(hosts(generation).select("host_id", "host_name").iter_rows())


def told(app: AppTest) -> str:
    """Return all that a page tells, its widgets' labels and choices too, without its style sheet and scripts."""
    words = [html(app)]
    for each in (*app.main, *app.sidebar):
        words += [str(getattr(each, name, "")) for name in ("label", "options", "value")]
    return re.sub(r"<(script|style).*?</\1>", "", "\n".join(words), flags=re.S)


# Settings -------------------------------------------------------------------------------------------------------------


def test_good_settings_are_let_through() -> None:
    check_secrets(AUTH)
    check_secrets({**AUTH, "redirect_uri": "https://people.example/oauth2callback"})


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        *[(key, value, "nothing") for key in login.REQUIRED for value in (None, "", "  ", 7)],
        ("cookie_secret", "Zr5-q0Wn8xKc2VtYb7LmHs4PdGf9JaE", "31 characters"),
        ("cookie_secret", "abcd" * 16, "4 different"),
        *[("cookie_secret", value, "placeholder") for value in ("x" * 40, "change-me-" * 5, "REPLACE_ME" * 5)],
        *[("client_secret", value, "placeholder") for value in ("xxx", "secret", "client_secret", "<insert>")],
        ("redirect_uri", "http://people.example/oauth2callback", "http://people.example"),
        ("redirect_uri", "http://127.0.0.1.evil.example/oauth2callback", "evil"),
        ("redirect_uri", "https://people.example/", "https://people.example/"),
        ("server_metadata_url", "http://id.example/.well-known/openid-configuration", "id.example"),
    ],
)  # fmt: skip
def test_settings_that_are_missing_default_or_unsafe_are_refused(key: str, value: object, told: str) -> None:
    with pytest.raises(LoginSettingsError, match=f"\\[auth\\] {key}") as caught:
        check_secrets({**AUTH, key: value})
    assert told in str(caught.value)
    if "secret" in key and isinstance(value, str) and len(value.strip()) > 6 and key != value:
        assert value not in str(caught.value), "a secret is never told"


@pytest.fixture
def option() -> Iterator[object]:
    """Return what sets one of Streamlit's options until the end of the test."""
    before: dict[str, object] = {}

    def put(name: str, value: object) -> None:
        before.setdefault(name, config.get_option(name))
        config.set_option(name, value)

    yield put
    for name, value in before.items():
        config.set_option(name, value)


@pytest.fixture
def with_login(monkeypatch: pytest.MonkeyPatch, access_file: Path) -> None:
    monkeypatch.setattr(login, "auth_settings", lambda: dict(AUTH))
    monkeypatch.setattr(login, "_guards", {"Guard"})
    write_access(access_file, grant(ADA, "admin"))


@pytest.mark.usefixtures("with_login")
def test_a_server_with_a_login_starts_on_any_address(option: object) -> None:
    option("server.address", "0.0.0.0")  # type: ignore[operator]
    startup.refuse_unfit()


@pytest.mark.usefixtures("with_login")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("server.trustedUserHeaders", {"X-User": "email"}),
        ("server.enableAgentApi", True),
        ("server.enableCORS", False),
        ("server.enableXsrfProtection", False),
    ],
)
def test_options_that_let_a_stranger_say_who_he_is_are_refused(name: str, value: object, option: object) -> None:
    option(name, value)  # type: ignore[operator]
    with pytest.raises(SystemExit):
        startup.refuse_unfit()


@pytest.mark.usefixtures("with_login")
def test_without_its_guard_a_login_lets_nobody_in(monkeypatch: pytest.MonkeyPatch) -> None:
    assert granted(claims_of(ADA))
    monkeypatch.setattr(login, "_guards", set())
    with pytest.raises(NotReadyError, match="being set up"):
        granted(claims_of(ADA))


# Who has signed in ----------------------------------------------------------------------------------------------------


def test_an_employer_sees_its_own_and_chooses_among_its_own(
    access_file: Path, known: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third, *_ = known
    write_access(access_file, grant(ADA, "employer", [second, third]))
    app = app_for(claims_of(ADA), monkeypatch).run()
    assert not app.exception
    assert set(app.sidebar.selectbox(key="employer").options) == {known[second], known[third]}
    assert f'<span class="tl-who">{known[second]}</span>' in html(app)
    assert known[first] not in told(app)
    assert ADA in told(app)
    assert not [each for each in app.sidebar.selectbox if each.key == "view"]


@pytest.mark.parametrize(
    "name", ["view", "employer", "_employer_asked_for", "_viewer", "_scope", "_standing", "address"]
)
def test_what_is_asked_for_in_the_address_or_kept_in_the_session_never_widens(
    name: str, access_file: Path, known: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third, *_ = known
    write_access(access_file, grant(ADA, "employer", [second, third]))
    app = app_for(claims_of(ADA), monkeypatch)
    if name == "address":
        app.query_params["view"], app.query_params["employer"] = "Leadership", first
    else:
        app.session_state[name] = (
            "leadership" if name == "view" else Viewer("x", "admin") if name == "_viewer" else first
        )
    app.run()
    assert not app.exception
    assert known[first] not in told(app)
    assert f'<span class="tl-who">{known[second]}</span>' in html(app)


def test_leadership_has_no_choice_of_a_role(access_file: Path, monkeypatch: pytest.MonkeyPatch, known: object) -> None:
    write_access(access_file, grant(ADA, "leadership"))
    app = app_for(claims_of(ADA), monkeypatch)
    app.query_params["view"] = "Analyst"
    app.run()
    assert "<h1>Marketplace health</h1>" in html(app)
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        app.switch_page("views/sql.py")


def test_an_unknown_person_sees_whom_to_ask_and_nothing_else(
    access_file: Path, known: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_access(access_file, grant(ADA, "admin"))
    assert_nothing_but_the_gate(app_for(claims_of(EVE), monkeypatch).run(), known)
    assert any(name in told(app_for(claims_of(ADA), monkeypatch).run()) for name in known.values()), "a control"


def assert_nothing_but_the_gate(app: AppTest, known: dict[str, str]) -> None:
    words = told(app)
    assert not app.exception
    assert f"You are signed in as {EVE}, but no access has been granted. Ask {CONTACT}." in words
    assert not [name for name in known.values() if name in words]
    assert "Data as of" not in words
    assert not app.selectbox
    assert [each.key for each in app.button] == ["log-out"]
    assert not re.search(r"\d", re.sub(r"<[^>]+>", "", words))


def test_an_employer_whose_hosts_are_unknown_is_an_unknown_person(
    access_file: Path, known: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_access(access_file, grant(EVE, "employer", ["E99999"]))
    assert_nothing_but_the_gate(app_for(claims_of(EVE), monkeypatch).run(), known)


def test_who_has_not_signed_in_sees_a_button_and_a_sentence(
    access_file: Path, known: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_access(access_file, grant(ADA, "admin"))
    app = app_for({"is_logged_in": False}, monkeypatch).run()
    assert "Please log in to see the dashboards." in told(app)
    assert [each.key for each in app.button] == ["log-in"]
    assert not [name for name in (*known.values(), CONTACT) if name in told(app)]


def test_claims_without_a_login_count_for_nothing(access_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_access(access_file, grant(ADA, "admin"))
    for flag in (False, None, "true", 1):
        assert "Please log in" in told(app_for(claims_of(ADA, is_logged_in=flag), monkeypatch).run())


@pytest.mark.parametrize("text", [None, "contact = ", 'contact = "the data team"\n[[grant]]\nrole = "admin"'])
def test_a_broken_file_of_grants_lets_nobody_in_and_tells_nothing_of_itself(
    access_file: Path, text: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if text is not None:
        access_file.write_text(text)
    words = told(app_for(claims_of(ADA), monkeypatch).run())
    assert "Access is being set up" in words
    assert ("the data team" if text and "team" in text else "whoever runs this site") in words
    assert "access.toml" not in words


def test_a_session_forgets_what_it_held_for_another_grant(
    access_file: Path, known: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, *_ = known
    write_access(access_file, grant(ADA, "employer", [first]))
    app = app_for(claims_of(ADA), monkeypatch).run()
    app.session_state["kept"] = known[first]
    app.run()
    assert app.session_state["kept"] == known[first], "the same grant keeps its session"
    write_access(access_file, grant(ADA, "employer", [second]))
    app.run()
    assert "kept" not in app.session_state
    assert known[first] not in told(app)
    write_access(access_file)
    app.run()
    assert "_scope" not in app.session_state
    assert known[second] not in told(app)


@pytest.mark.usefixtures("generation")
def test_logging_out_ends_the_sign_in_in_other_tabs_too(access_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_access(access_file, grant(ADA, "admin"))
    claims = claims_of(ADA)
    tab, other = app_for(claims, monkeypatch).run(), app_for(claims, monkeypatch).run()
    assert "<h1>Marketplace health</h1>" in html(other)
    tab.button(key="log-out").click().run()
    assert "Please log in" in told(tab)
    assert "You have logged out." in told(other.run())
    assert "<h1>Marketplace health</h1>" in html(app_for({**claims, "iat": claims["iat"] - 5}, monkeypatch).run())  # type: ignore[operator]


# Ended sign-ins -------------------------------------------------------------------------------------------------------


def restart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget what this process alone knows, as a restart does, or as another replica has never known it."""
    monkeypatch.setattr(ended, "_here", {})


def out_of(claims: dict[str, object]) -> bool:
    try:
        granted(claims)
    except NotSignedInError:
        return True
    return False


@pytest.mark.usefixtures("with_login")
def test_a_log_out_counts_in_other_replicas_and_after_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims, other = claims_of(ADA), claims_of(ADA, sub="another")
    assert not out_of(claims)
    ended.end(claims, datetime.now(UTC))
    restart(monkeypatch)
    assert out_of(claims)
    assert not out_of(other)
    ended.end(other, datetime.now(UTC))
    restart(monkeypatch)
    assert out_of(other), "the file is read again when it has changed"
    assert out_of(claims)
    path = tmp_path / "audit" / ended.FILE
    assert path.stat().st_mode & 0o777 == 0o600
    assert ADA not in path.read_text()


def test_half_a_line_costs_no_other_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, access_file: Path) -> None:
    first, second = claims_of(ADA), claims_of(EVE)
    ended.end(first, datetime.now(UTC))
    with (tmp_path / "audit" / ended.FILE).open("a") as file:
        file.write("1790000000 abc")
    ended.end(second, datetime.now(UTC))
    restart(monkeypatch)
    assert ended.has_ended(first)
    assert ended.has_ended(second)


@pytest.mark.usefixtures("access_file")
def test_a_line_that_no_sign_in_outlives_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No sooner: with more ``session_hours`` than before, a sign-in would be back."""
    now = datetime.now(UTC)
    ended.end(claims_of("old@a.example"), now - timedelta(hours=24 * 30 + 1))
    ended.end(claims_of("late@a.example"), now - timedelta(hours=24 * 30 - 1))
    ended.end(ada := claims_of(ADA), now)
    restart(monkeypatch)
    assert ended.has_ended(ada)
    lines = (tmp_path / "audit" / ended.FILE).read_text().split("\n")
    assert len([line for line in lines if line]) == 2
    assert (tmp_path / "audit" / ended.FILE).stat().st_mode & 0o777 == 0o600
    assert not [each for each in (tmp_path / "audit").iterdir() if each.name.startswith(".")]


@pytest.mark.usefixtures("access_file")
def test_people_who_log_out_at_once_are_all_written_down(monkeypatch: pytest.MonkeyPatch) -> None:
    people = [claims_of(f"{number}@a.example") for number in range(40)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda each: ended.end(each, datetime.now(UTC)), people))
    restart(monkeypatch)
    assert all(ended.has_ended(each) for each in people)


@pytest.mark.usefixtures("generation")
def test_a_log_out_that_cannot_be_written_down_says_so_and_counts_here(
    tmp_path: Path, access_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_access(access_file, grant(ADA, "admin"))
    claims = claims_of(ADA)
    tab, other = app_for(claims, monkeypatch).run(), app_for(claims, monkeypatch).run()
    left: list[bool] = []
    monkeypatch.setattr("streamlit.logout", lambda: left.append(True))

    def full(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(ended, "_write", full)
    tab.button(key="log-out").click().run()
    assert "this could not be written down: another server may still take a copy" in told(tab)
    assert CONTACT in told(tab)
    assert left == []
    assert "You have logged out here" in told(other.run())
    tab.button(key="log-out").click().run()
    assert left == [True], "pressed once more, the browser's sign-in ends at least"


@pytest.mark.usefixtures("with_login")
def test_nobody_is_let_in_while_the_ended_sign_ins_cannot_be_read(tmp_path: Path) -> None:
    claims = claims_of(ADA)
    assert granted(claims)
    (tmp_path / "audit" / ended.FILE).mkdir(parents=True)
    with pytest.raises(NotReadyError, match="being set up"):
        granted(claims)


# What runs without the app around it ----------------------------------------------------------------------------------


@pytest.fixture
def offered(
    with_login: None, access_file: Path, generation: Generation, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Callable[[], bytes]]:
    """Return what offers ada a file under a grant, as a page does that was drawn for her."""
    monkeypatch.setattr("dashboards.components.viewer._claims", lambda: claims_of(ADA))
    monkeypatch.setattr("streamlit.session_state", {})

    def offer(under: str) -> Callable[[], bytes]:
        write_access(access_file, under)
        page.remember_standing(granted(claims_of(ADA)))
        return still(lambda: b"rows", generation)

    return offer


def test_a_download_looks_again_whether_its_reader_may(
    access_file: Path, offered: Callable[[str], Callable[[], bytes]]
) -> None:
    fetch = offered(grant(ADA, "admin"))
    assert fetch() == b"rows"
    write_access(access_file)
    with pytest.raises(NoGrantError):
        fetch()


@pytest.mark.parametrize("before", [grant(ADA, "employer", ["E00001"]), grant(ADA, "leadership")])
@pytest.mark.parametrize("is_drawn_before", [True, False])
def test_a_download_is_not_for_the_same_reader_under_another_grant(
    before: str,
    is_drawn_before: bool,
    access_file: Path,
    generation: Generation,
    offered: Callable[[str], Callable[[], bytes]],
) -> None:
    """Also where the grant changes while the page is drawn: its rows were chosen for what it was at the start."""
    fetch = offered(before)
    assert fetch() == b"rows"
    write_access(access_file, grant(ADA, "employer", ["E00002"]))
    if not is_drawn_before:
        fetch = still(lambda: b"rows", generation)
    with pytest.raises(NoGrantError) as caught:
        fetch()
    assert "changed" in caught.value.detail
    write_access(access_file, before)
    assert fetch() == b"rows"


def test_a_dialog_whose_reader_may_no_longer_look_starts_the_app_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    class Anew(Exception):
        pass

    def rerun(scope: str) -> None:
        assert scope == "app"
        raise Anew

    monkeypatch.setattr("streamlit.rerun", rerun)
    monkeypatch.setattr("dashboards.components.viewer.is_as_it_was", lambda: True)
    monkeypatch.setattr("dashboards.components.viewer.has_moved", lambda: False)
    assert guarded(lambda: "rows")() == "rows"

    def gone() -> None:
        raise GoneGenerationError

    with pytest.raises(Anew):
        guarded(gone)()
    monkeypatch.setattr("dashboards.components.viewer.has_moved", lambda: True)
    with pytest.raises(Anew):
        guarded(lambda: "rows")()
    monkeypatch.setattr("dashboards.components.viewer.has_moved", lambda: False)
    monkeypatch.setattr("dashboards.components.viewer.is_as_it_was", lambda: False)
    with pytest.raises(Anew):
        guarded(lambda: "rows")()


def test_every_fragment_and_dialog_looks_first_whether_its_reader_may() -> None:
    """They run without the app around them, so without its gate."""
    found = {
        (path.name, line.strip())
        for path in APP.parent.rglob("*.py")
        for line in path.read_text().splitlines()
        if re.search(r"st\.(fragment|dialog)\(", line)
    }
    assert len(found) >= 4
    assert {name for name, line in found if "guarded(" not in line} == {"watch.py"}, "it looks by itself"
    lazy = [path.name for path in APP.parent.rglob("*.py") if re.search(r"data=(?!still)\w*lazily", path.read_text())]
    assert not lazy
