"""What one viewer gets: everything that leaves for the browser, is offered for download, cached or logged, as text."""

import logging
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from streamlit.components.v2.component_manager import BidiComponentManager
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.scriptrunner import ScriptRunner
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from dashboards import database
from dashboards.access.viewer import Viewer
from dashboards.components import drill
from dashboards.components.viewer import host_names
from dashboards.database import Generation, Query, current_generation
from dashboards.navigation import PageEntry, pages_of
from dashboards.slices.people import hosts
from tests.security.decoding import bytes_text, frame_text, message_texts
from tests.security.marks import PLATFORM, Mark, Marks

APP = Path(__file__).resolve().parents[2] / "dashboards" / "app.py"
SETTINGS = {
    "redirect_uri": "https://dashboards.test/oauth2callback",
    "cookie_secret": "c00kies-are-signed-with-this-in-tests-7f3a",
    "client_id": "throughline",
    "client_secret": "k3y-of-the-client-in-tests-91c2",
    "server_metadata_url": "https://id.test/.well-known/openid-configuration",
}
"""A login's settings, fit to be used."""

OPENERS = ("rows-", "marks-")
"""Beginnings of the keys of buttons that open a dialog."""

FOLDED = ("data-", "worked-")
"""Beginnings of the keys of what is drawn when it is unfolded."""


@dataclass
class Haul:
    """What was collected: pieces of text, each with where it was found."""

    pieces: list[tuple[str, str]] = field(default_factory=list, repr=False)
    where: str = ""
    _known: set[int] = field(default_factory=set, repr=False)

    def add(self, kind: str, text: str) -> None:
        """Keep a text once."""
        if hash((kind, text)) not in self._known:
            self._known.add(hash((kind, text)))
            self.pieces.append((f"{self.where} {kind}", text))

    def text(self) -> str:
        """Return all of it as one text."""
        return "\n".join(text for _, text in self.pieces)

    def clear(self) -> None:
        """Forget what was collected."""
        self.pieces.clear()
        self._known.clear()

    def marks(self, marks: Marks) -> dict[Mark, list[str]]:
        """Return the marks in it, each with where it stands."""
        found: dict[Mark, list[str]] = {}
        for where, text in self.pieces:
            for mark in marks.seen_in(text):
                found.setdefault(mark, []).append(where)
        return found

    def foreign(self, marks: Marks, viewer: Viewer) -> list[str]:
        """Return the marks that the viewer may not see, with where they stand."""
        hosts = viewer.host_ids if viewer.role == "employer" else PLATFORM
        found = self.marks(marks).items()
        return sorted(
            f"{mark.kind} {mark.written}: {', '.join(sorted({*places}))}"
            for mark, places in found
            if not mark.is_open_to(hosts)
        )

    def missing(self, marks: Marks, viewer: Viewer, expected: Mapping[str, Sequence[str]]) -> list[str]:
        """Return which kinds of the viewer's own marks are on none of, or not on all of, the pages expected."""
        seen: dict[str, set[str]] = {}
        for mark, places in self.marks(marks).items():
            if mark.owners & set(viewer.host_ids):
                seen.setdefault(mark.kind, set()).update(place.split()[0] for place in places)
        return [
            f"{kind} on {page}" for kind, pages in expected.items() for page in pages if page not in seen.get(kind, ())
        ]


def forget_all() -> None:
    """Empty every cache of the dashboards."""
    for name, module in [*sys.modules.items()]:
        if name.startswith("dashboards"):
            for each in vars(module).values():
                if hasattr(each, "cache_clear") and not isinstance(each, type):
                    each.cache_clear()


@contextmanager
def collecting(patch: pytest.MonkeyPatch) -> Iterator[Haul]:
    """Collect all that the app sends, offers, keeps and logs while the context is open."""
    haul = Haul()
    with patch.context() as patched:
        _watch_messages(patched, haul)
        _watch_files(patched, haul)
        _watch_frames(patched, haul)
        _watch_rows(patched, haul)
        handler = _Logged(haul)
        logging.getLogger().addHandler(handler)
        try:
            yield haul
        finally:
            logging.getLogger().removeHandler(handler)


class _Logged(logging.Handler):
    """Collects what is logged, tracebacks included."""

    def __init__(self, haul: Haul) -> None:
        super().__init__(logging.DEBUG)
        self.haul = haul
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self.haul.add("log", self.format(record))


def _watch_messages(patch: pytest.MonkeyPatch, haul: Haul) -> None:
    sent = ScriptRunner._enqueue_forward_msg

    def send(self: ScriptRunner, message: ForwardMsg) -> None:
        haul.add("page", "\n".join(message_texts(message)))
        sent(self, message)

    patch.setattr(ScriptRunner, "_enqueue_forward_msg", send)


def _watch_files(patch: pytest.MonkeyPatch, haul: Haul) -> None:
    added, deferred = MediaFileManager.add, MediaFileManager.add_deferred

    def add(self: MediaFileManager, data: Any, *arguments: Any, **named: Any) -> str:
        content = data if isinstance(data, bytes) else Path(data).read_bytes()
        haul.add("file", f"{arguments} {named}\n{bytes_text(content)}")
        return added(self, data, *arguments, **named)

    def add_deferred(self: MediaFileManager, made: Callable[[], Any], *arguments: Any, **named: Any) -> str:
        haul.add("download", f"{arguments} {named}\n{bytes_text(made())}")
        return deferred(self, made, *arguments, **named)

    patch.setattr(MediaFileManager, "add", add)
    patch.setattr(MediaFileManager, "add_deferred", add_deferred)


def _watch_frames(patch: pytest.MonkeyPatch, haul: Haul) -> None:
    """Collect the frames that are cached for a viewer, also when they are taken from the cache."""
    kept = database._frame

    def keep(generation: Generation, viewer: str, query: Query) -> pl.DataFrame:
        found = kept(generation, viewer, query)
        if viewer not in SHARED:
            haul.add(f"cache {viewer}", frame_text(found))
        return found

    patch.setattr(database, "_frame", keep)


SHARED = ("platform", "meta")
"""Viewers of frames that are the same for all: what of them is shown is collected as it is sent."""


def _watch_rows(patch: pytest.MonkeyPatch, haul: Haul) -> None:
    """Collect the rows of all marks of a chart when the dialog of one is opened."""
    shown = drill._marks

    def show(name: str, behind: dict[str, Any], filters: Any) -> None:
        for mark, rows in behind.items():
            haul.add(f"mark {mark}", frame_text(rows.all()))
        shown(name, behind, filters)

    patch.setattr(drill, "_marks", show)


def fresh(viewer: Viewer, page: PageEntry | None = None) -> AppTest:
    """Return a session of a viewer who has signed in and asks for a page by its address; it is still to be run."""
    app = AppTest.from_file(str(APP), default_timeout=120)
    app._bidi_component_manager = components()
    app.secrets = {"auth": SETTINGS}
    app.user = claims(viewer)
    if page is not None:
        app._page_hash = calc_hash(page.name)
    return app


def names_of(viewer: Viewer) -> list[str]:
    """Return the names of a viewer's hosts, as addresses have them; one empty name for who sees the platform."""
    names = host_names(hosts(current_generation()))
    return [names[each] for each in viewer.host_ids] or [""]


def projects_of(viewer: Viewer) -> list[str]:
    """Return the project of a canary of the viewer's first host: the last number has one that nobody applied for."""
    last = "select project_id from analytics.marts.fct_projects where host_id = $host order by 1 desc limit 1 offset 1"
    host = {"host": viewer.host_ids[0]} if viewer.host_ids else {"host": "E00901"}
    return database.run(current_generation(), Query.of(last, host))["project_id"].to_list()


def asked(viewer: Viewer, page: PageEntry, **parameters: str) -> AppTest:
    """Return a page as it answers to an address with parameters; empty ones are left out."""
    app = fresh(viewer, page)
    app.query_params.update({name: value for name, value in parameters.items() if value})
    return app.run()


@lru_cache(maxsize=1)
def components() -> BidiComponentManager:
    """Return what AppTest would otherwise look for in all installed packages, in each session anew."""
    return BidiComponentManager()


def claims(viewer: Viewer) -> dict[str, Any]:
    """Return what the identity provider says of a viewer: who it is, and nothing of what it may see."""
    said = {"email": viewer.name, "email_verified": True, "sub": viewer.name, "iss": "https://id.example"}
    return {"is_logged_in": True, "iat": int(time.time()), **said}


def look_around(haul: Haul, viewer: Viewer, pages: tuple[PageEntry, ...] | None = None, *, deep: bool) -> None:
    """Open each page of a viewer; with ``deep``, each popover, each dialog and each project too."""
    for page in pages or pages_of(viewer.role):
        haul.where = page.name
        for host in names_of(viewer):
            app = asked(viewer, page, employer=host)
            if page.has_lens:
                asked(viewer, page, employer=host, lens="Activity")
            if deep:
                look_deeper(haul, app, page)
        if deep and page.name == "projects":
            for project in projects_of(viewer):
                haul.where = f"{page.name} {project}"
                look_deeper(haul, asked(viewer, page, project=project), page)
        haul.where = page.name
        haul.add("address", str(dict(app.query_params)))


def look_deeper(haul: Haul, app: AppTest, page: PageEntry) -> None:
    """Open what a page keeps folded, the data of charts with their downloads, and the rows behind each number."""
    folded = [key for key in app.session_state.to_dict() if key.startswith(FOLDED)]
    haul.where = f"{page.name} unfolded"
    for is_open in (True, False):
        for key in folded:
            app.session_state[key] = is_open
        app.run()
    for key in [each.key for each in app.button if each.key and each.key.startswith(OPENERS)]:
        haul.where = f"{page.name} {key}"
        app.button(key=key).click().run()
