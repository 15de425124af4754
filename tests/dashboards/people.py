"""A login as tests need it: settings that are fit, and the app as a person finds it who has signed in."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboards.access import login

APP = Path(__file__).resolve().parents[2] / "dashboards" / "app.py"
CONTACT = "the data team"
AUTH: Mapping[str, str] = {
    "redirect_uri": "http://127.0.0.1:8501/oauth2callback",
    "cookie_secret": "Zr5-q0Wn8xKc2VtYb7LmHs4PdGf9JaEu",
    "client_id": "throughline",
    "client_secret": "h2Kd8-Qm41",
    "server_metadata_url": "http://127.0.0.1:9400/.well-known/openid-configuration",
}


def grant(address: str, role: str, employers: Sequence[str] = (), more: str = "") -> str:
    """Write a grant by e-mail as it stands in access.toml."""
    held = f"employers = {list(employers)}\n" if employers else ""
    return f'[[grant]]\nemail = "{address}"\nrole = "{role}"\n{held}{more}\n'


def write_access(path: Path, *grants: str, head: str = "") -> None:
    """Write an access.toml whose contact is the data team."""
    path.write_text(f'contact = "{CONTACT}"\n{head}\n' + "\n".join(grants))


def claims_of(address: str, **more: object) -> dict[str, object]:
    """Return what Streamlit keeps of a person who signed in just now."""
    issued = int(datetime.now(UTC).timestamp())
    return {
        "sub": address, "email": address, "email_verified": True, "iss": "http://127.0.0.1:9400", "iat": issued,
        "is_logged_in": True, **more,
    }  # fmt: skip


def app_for(claims: Mapping[str, object], monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """Return the app, not yet run, as a person of these claims opens it on a server with a login."""
    monkeypatch.setattr(login, "_guards", {"Guard"})
    app = AppTest.from_file(str(APP), default_timeout=120)
    app.secrets["auth"] = dict(AUTH)
    app.user = dict(claims)
    return app
