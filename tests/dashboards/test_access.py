"""Grants: whom they mean, what they give, and that in doubt they give nothing."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.access.grants import Access, AccessFileError, Claim, Claims, Grant, parse_access, read_access
from dashboards.access.viewer import (
    AccessError,
    NoGrantError,
    NotSignedInError,
    Viewer,
    name_of,
    narrowed,
    viewer_of,
)

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
FILE = Path("access.toml")
ADA = {"sub": "1", "email": "Ada@A.example", "email_verified": True, "iat": NOW.timestamp() - 60, "groups": ["data"]}

EMAIL = '[[grant]]\nemail = "ada@a.example"\nrole = "employer"\nemployers = ["e1"]\n'
DOMAIN = '[[grant]]\ndomain = "a.example"\nrole = "leadership"\n'
CLAIM = '[[grant]]\nclaim = { name = "groups", value = "data" }\nrole = "analyst"\n'


def access(*grants: str, head: str = "") -> Access:
    return parse_access(FILE, f'contact = "the data team"\n{head}\n' + "\n".join(grants))


def role_of(grants: Access, claims: Claims, now: datetime = NOW) -> str | None:
    try:
        return viewer_of(grants, claims, now).role
    except NoGrantError:
        return None


# Whom a grant means ---------------------------------------------------------------------------------------------------


def test_an_address_is_let_in_whatever_its_case() -> None:
    assert viewer_of(access(EMAIL), ADA, NOW) == Viewer("ada@a.example", "employer", ("e1",))


@pytest.mark.parametrize("verified", [False, None, "true", 1, "absent"])
@pytest.mark.parametrize("grant", [EMAIL, DOMAIN])
def test_an_address_that_the_provider_does_not_vouch_for_counts_for_nothing(grant: str, verified: object) -> None:
    claims = {**ADA, "email_verified": verified}
    if verified == "absent":
        del claims["email_verified"]
    assert role_of(access(grant), claims) is None
    assert role_of(access(grant), ADA) is not None


@pytest.mark.parametrize(
    "address",
    [
        "ada@a.example.evil.example", "ada@sub.a.example", "ada@aa.example", "ada@b.example@a.example", "@a.example",
        "ada", "", "ada@", "ada@a.example ", "\u212a@a.example", "ada\n@a.example", ["ada@a.example"], None,
    ],
)  # fmt: skip
def test_an_address_that_only_looks_like_one_of_the_domain_is_not(address: object) -> None:
    assert role_of(access(DOMAIN, EMAIL), {**ADA, "email": address}) is None


@pytest.mark.parametrize("held", ["data", ["other", "data"]])
def test_a_claim_means_whoever_has_the_value_or_holds_it_in_a_list(held: object) -> None:
    assert role_of(access(CLAIM), {**ADA, "groups": held}) == "analyst"


@pytest.mark.parametrize("held", ["database", "dat", ["database"], {"data": True}, None, 1, True, [["data"]], []])
def test_another_value_of_the_claim_is_not_meant(held: object) -> None:
    assert role_of(access(CLAIM), {**ADA, "groups": held}) is None


# What several grants give ---------------------------------------------------------------------------------------------


def test_the_most_specific_kind_of_grant_decides() -> None:
    assert role_of(access(CLAIM, DOMAIN, EMAIL), ADA) == "employer"
    assert role_of(access(CLAIM, DOMAIN), ADA) == "leadership"
    assert role_of(access(CLAIM), ADA) == "analyst"
    assert role_of(access(), ADA) is None


def test_grants_of_one_kind_and_role_add_up() -> None:
    grants = access(EMAIL, EMAIL.replace("e1", "e2"), CLAIM.replace('"analyst"', '"employer"\nemployers = ["e3"]'))
    assert viewer_of(grants, ADA, NOW).host_ids == ("e1", "e2")


def test_grants_of_one_kind_that_give_several_roles_give_none_and_say_so() -> None:
    with pytest.raises(NoGrantError) as caught:
        viewer_of(access(DOMAIN, DOMAIN.replace("leadership", "admin")), ADA, NOW)
    assert "admin, leadership" in caught.value.detail
    assert "admin" not in str(caught.value)


def test_who_is_not_let_in_is_told_whom_to_ask() -> None:
    with pytest.raises(NoGrantError) as caught:
        viewer_of(access(), ADA, NOW)
    assert caught.value.contact == "the data team"
    assert str(caught.value) == "You are signed in as ada@a.example, but no access has been granted."


def test_an_employer_sees_hosts_that_the_generation_knows_and_children_give_nothing() -> None:
    viewer, reasons = narrowed(
        Viewer("ada", "employer", ("child", "e1", "gone")), {"e1": ["e1"], "e2": ["e2", "child"]}
    )
    assert viewer.host_ids == ("e1",)
    assert "'child' of a grant belongs to 'e2'" in reasons[0]
    assert "'gone' of a grant is unknown" in reasons[1]


# How long -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expires", "last"),
    [
        ("2026-07-01", datetime(2026, 7, 2, tzinfo=UTC)),
        ("2026-07-01T18:00:00Z", datetime(2026, 7, 1, 18, tzinfo=UTC)),
        ("2026-07-01T18:00:00", datetime(2026, 7, 1, 18, tzinfo=UTC)),
        ("2026-07-01T18:00:00+02:00", datetime(2026, 7, 1, 16, tzinfo=UTC)),
    ],
)
def test_a_grant_holds_through_its_last_day_or_until_its_moment(expires: str, last: datetime) -> None:
    grants = access(f"{EMAIL}expires = {expires}\n", head="session_hours = 100")
    assert role_of(grants, ADA, last - timedelta(seconds=1)) == "employer"
    assert role_of(grants, ADA, last) is None


@pytest.mark.parametrize(
    ("head", "claims", "is_in"),
    [
        ("", {"iat": NOW.timestamp() - 12 * 3600 + 1}, True),
        ("", {"iat": NOW.timestamp() - 12 * 3600}, False),
        ("session_hours = 1", {"iat": NOW.timestamp() - 3600 + 1}, True),
        ("session_hours = 1", {"iat": NOW.timestamp() - 3600}, False),
        ("", {"iat": NOW.timestamp() + 60}, True),
        ("", {"iat": NOW.timestamp() + 3600}, False),
        ("", {"iat": float("nan")}, False),
        ("", {"iat": "1"}, False),
        ("", {"iat": True}, False),
        ("", {"iat": None}, False),
        ("", {"exp": NOW.timestamp() - 1}, True),
        ("end_with_token = true", {"exp": NOW.timestamp() + 1}, True),
        ("end_with_token = true", {"exp": NOW.timestamp()}, False),
        ("end_with_token = true", {}, False),
    ],
)
def test_an_old_sign_in_has_to_be_renewed(head: str, claims: Claims, is_in: bool) -> None:
    grants = access(EMAIL, head=head)
    if is_in:
        assert viewer_of(grants, {**ADA, **claims}, NOW)
        return
    with pytest.raises(NotSignedInError):
        viewer_of(grants, {**ADA, **claims}, NOW)


# Names ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        (ADA, "ada@a.example"),
        ({"sub": "7", "email": "ada@a.example"}, "ada@a.example (7)"),
        ({"sub": "7", "name": "Ada\nL.\x1b[0m"}, "Ada L. [0m (7)"),
        ({"sub": "7"}, "7"),
        ({"sub": "7", "name": "x" * 500}, "x" * 120),
    ],
)
def test_a_name_that_nobody_vouches_for_stands_with_the_provider_s_own_word(claims: Claims, name: str) -> None:
    assert name_of(claims) == name


# The file -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('contact = "x"\ncontact = \n', ["line 2"]),
        (EMAIL, ["contact"]),
        ('contact = "x"\nconttact = "y"', ["conttact"]),
        ('contact = "x"\nsession_hours = 0', ["session_hours", "greater than 0", "found 0"]),
        ('contact = "x"\n' + DOMAIN + EMAIL.replace("employer\"", "boss\""), ["grant 2, line 5, role", "found 'boss'"]),
        ('contact = "x"\n' + EMAIL.replace("e1", "").replace('[""]', "[]"), ["grant 1, line 2", "employers for"]),
        ('contact = "x"\n' + DOMAIN + 'employers = ["e1"]', ["grant 1", "employers for the role"]),
        ('contact = "x"\n' + EMAIL + 'domain = "a.example"', ["exactly one of email, domain and claim"]),
        ('contact = "x"\n[[grant]]\nrole = "admin"', ["exactly one of email, domain and claim"]),
        ('contact = "x"\n' + EMAIL.replace("ada@a.example", "@a.example"), ["email"]),
        ('contact = "x"\n' + DOMAIN.replace("a.example", "example"), ["domain"]),
        ('contact = "x"\n' + CLAIM.replace("groups", "email"), ["claim", "addresses go to email"]),
        ('contact = "x"\n' + CLAIM.replace('"data"', "true"), ["claim, value"]),
        ('contact = "x"\n' + EMAIL + 'expires = "2026-07-01"', ["expires"]),
        ('contact = "x"\n' + EMAIL + "expire = 2026-07-01", ["expire"]),
        ('contact = "x"\ngrant = "everybody"', ["grant"]),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_followed_lets_nobody_in_and_says_where(text: str, told: list[str]) -> None:
    with pytest.raises(AccessFileError) as caught:
        parse_access(FILE, text)
    for words in ("access.toml", "expected", "found", *told):
        assert words in str(caught.value)


def test_a_broken_file_still_tells_whom_to_ask() -> None:
    with pytest.raises(AccessFileError) as caught:
        parse_access(FILE, f'contact = "the data team"\n{EMAIL}role2 = 1')
    assert caught.value.contact == "the data team"


def test_the_file_is_read_again_when_it_has_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "access.toml"
    monkeypatch.setenv("THROUGHLINE_ACCESS", str(path))
    with pytest.raises(AccessFileError, match="No such file"):
        read_access()
    path.write_text(f'contact = "x"\n{EMAIL}')
    assert len(read_access().grant) == 1
    assert read_access() is read_access(), "an unchanged file is not read again"
    path.write_text('contact = "x"\n')
    assert read_access().grant == ()
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(AccessFileError, match="UTF-8"):
        read_access()


# Whatever the file says -----------------------------------------------------------------------------------------------

ROLES = ("employer", "leadership", "analyst", "admin")


@st.composite
def grants_of(draw: st.DrawFn) -> Grant:
    role = draw(st.sampled_from(ROLES))
    whom = draw(
        st.sampled_from(
            [
                {"email": "ada@a.example"},
                {"email": "bob@b.example"},
                {"domain": "a.example"},
                {"domain": "b.example"},
                {"claim": Claim(name="groups", value="data")},
                {"claim": Claim(name="department", value="data")},
            ]
        )
    )
    employers = tuple(draw(st.lists(st.sampled_from(["e1", "e2", "e3"]), min_size=1))) if role == "employer" else ()
    expires = draw(st.sampled_from([None, date(2026, 6, 30), date(2026, 7, 1), NOW, NOW + timedelta(hours=1)]))
    return Grant.model_validate({**whom, "role": role, "employers": employers, "expires": expires})


files = st.lists(grants_of(), max_size=6).map(lambda found: Access(contact="x", grant=tuple(found)))
people = st.fixed_dictionaries(
    {"sub": st.just("1"), "iat": st.just(NOW.timestamp())},
    optional={
        "email": st.sampled_from(["ada@a.example", "eve@a.example", "bob@b.example", "eve@x.example"]),
        "email_verified": st.sampled_from([True, False, "true"]),
        "groups": st.lists(st.sampled_from(["data", "sales"])),
        "department": st.sampled_from(["data", "sales"]),
    },
)


def seen(grants: Access, claims: Claims) -> Viewer | None:
    try:
        return viewer_of(grants, claims, NOW)
    except AccessError:
        return None


@given(files, people)
def test_whoever_is_let_in_has_grants_of_one_kind_for_all_that_is_seen(grants: Access, claims: Claims) -> None:
    viewer = seen(grants, claims)
    if viewer is not None:
        giving = [
            each for each in grants.grant if each.is_live(NOW) and each.means(claims) and each.role == viewer.role
        ]
        assert any(
            set(viewer.host_ids) == {host for each in giving if each.kind == kind for host in each.employers}
            for kind in {each.kind for each in giving}
        )


@given(files, people, st.data())
def test_removing_a_grant_gives_nothing_that_no_other_grant_gives(
    grants: Access, claims: Claims, data: st.DataObject
) -> None:
    if not grants.grant:
        return
    removed = data.draw(st.sampled_from(grants.grant))
    rest = tuple(each for each in grants.grant if each is not removed)
    viewer = seen(Access(contact="x", grant=rest), claims)
    if viewer is not None:
        meant = [each for each in rest if each.is_live(NOW) and each.means(claims)]
        assert viewer.role in {each.role for each in meant}
        assert set(viewer.host_ids) <= {host for each in meant for host in each.employers}


@given(files, people, st.data())
def test_removing_a_grant_never_widens_where_all_are_of_one_kind_and_role(
    grants: Access, claims: Claims, data: st.DataObject
) -> None:
    if not grants.grant:
        return
    first = grants.grant[0]
    alike = tuple(each for each in grants.grant if (each.kind, each.role) == (first.kind, first.role))
    removed = data.draw(st.sampled_from(alike))
    before = seen(Access(contact="x", grant=alike), claims)
    after = seen(Access(contact="x", grant=tuple(each for each in alike if each is not removed)), claims)
    if after is not None:
        assert before is not None
        assert after.role == before.role
        assert set(after.host_ids) <= set(before.host_ids)


@given(files, people)
def test_a_person_whom_no_grant_means_is_not_let_in(grants: Access, claims: Claims) -> None:
    strangers = tuple(each for each in grants.grant if not each.means(claims))
    assert seen(Access(contact="x", grant=strangers), claims) is None


@given(files, people, st.dictionaries(st.text(max_size=8), st.text(max_size=8) | st.lists(st.text(max_size=4))))
def test_claims_that_no_grant_names_change_nothing(grants: Access, claims: Claims, more: dict[str, object]) -> None:
    named = {"email", "email_verified", "groups", "department", "sub", "iat", "preferred_username", "name"}
    added = {key: value for key, value in more.items() if key not in named}
    assert seen(grants, {**added, **claims}) == seen(grants, claims)
