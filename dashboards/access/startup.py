"""Whether the server may start: it refuses where neither a login nor a demonstration may be served."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from streamlit.web.bootstrap import load_config_options

from dashboards.access.grants import AccessFileError
from dashboards.access.login import (
    LoginSettingsError,
    NotADemonstrationError,
    check_demonstration,
    check_login,
    is_login,
)
from dashboards.database import DatabaseError, NothingPublishedError, current_generation
from dashboards.slices.people import build_facts

LOGIN_FILE = "THROUGHLINE_LOGIN_FILE"


def options_of(words: Sequence[str]) -> dict[str, object]:
    """Return Streamlit's options for an address and a port, and load them: a server looks at them before it listens.

    The address is also the one that is shown; else Streamlit asks a server on the internet for it. The environment
    names the file of the login, ``THROUGHLINE_LOGIN_FILE``, and the hosts that are answered, ``THROUGHLINE_HOSTS``.
    """
    address, port = words
    found: dict[str, object] = {
        "server.address": address, "server.port": int(port), "server.headless": True, "browser.serverAddress": address,
    }  # fmt: skip
    if named := os.environ.get(LOGIN_FILE):
        found["secrets.files"] = [named]
    if hosts := os.environ.get("THROUGHLINE_HOSTS"):
        found["server.allowedHosts"] = hosts.split(",")
    load_config_options(found)
    return found


def refuse_unfit() -> None:
    """End the process with a word and code 1 where it may not serve."""
    try:
        if (named := os.environ.get(LOGIN_FILE)) and not Path(named).is_file():
            raise LoginSettingsError(f"{LOGIN_FILE}={named}", "a file with the section [auth]", "nothing")
        if is_login():
            check_login()
            return
        try:
            facts = build_facts(current_generation())
        except NothingPublishedError:
            facts = {"is_synthetic": True}  # Nothing can be seen yet; the app looks again at each run.
        check_demonstration(facts)
    except (LoginSettingsError, NotADemonstrationError, AccessFileError, DatabaseError) as error:
        sys.stderr.write(f"The dashboards were not started. {error}\n")
        sys.exit(1)
