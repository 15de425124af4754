"""Readers of one served process: each is a session over a websocket that speaks Streamlit's own messages.

No browser draws what comes, so that the two processors are the server's; what a browser adds is tested in
``tests/browser``.
"""

import asyncio
import random
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

MOST_SECONDS = 120.0
WELL_ENDED = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)
KEPT_STILL = ("View as",)
"""Controls that a reader leaves alone: who looks is given by the address."""


@dataclass
class Reader:
    """One session: where it looks, what it has been shown, how long each rerun took, what went wrong."""

    address: str
    role: str
    chance: random.Random
    socket: ClientConnection | None = None
    controls: dict[str, Any] = field(default_factory=dict)
    picked: dict[str, WidgetState] = field(default_factory=dict)
    watches: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    async def open(self) -> None:
        """Connect, as a browser's tab does."""
        url = f"{self.address.replace('http', 'ws', 1)}/_stcore/stream"
        self.socket = await connect(url, max_size=None, subprotocols=["streamlit"], compression=None)  # type: ignore[list-item]

    async def close(self) -> None:
        """Leave."""
        if self.socket is not None:
            await self.socket.close()

    async def look(self, page: str) -> None:
        """Run a page with what is picked so far, and note what comes back."""
        self.watches.clear()
        started = time.perf_counter()
        title = await self._run(page)
        self.seconds.append(time.perf_counter() - started)
        if not title:
            self.errors.append(f"{page} as {self.role}: no title")

    async def watch(self, page: str) -> None:
        """Let the page's fragments run once by themselves, as a tab that is left open does every few seconds."""
        for fragment in tuple(self.watches):
            await self._run(page, fragment)

    async def _run(self, page: str, fragment: str = "") -> str:
        """Ask for a run and return the title that came back, if any; at most MOST_SECONDS are waited."""
        asked = BackMsg()
        state = asked.rerun_script
        state.query_string = f"view={self.role.capitalize()}"
        state.page_name, state.fragment_id, state.is_auto_rerun = page, fragment, bool(fragment)
        state.context_info.url = f"{self.address}/{page}"
        state.widget_states.widgets.extend(self.picked.values())
        try:
            assert self.socket is not None
            await self.socket.send(asked.SerializeToString())
            return await asyncio.wait_for(self._finished(page), MOST_SECONDS)
        except Exception as error:
            self.errors.append(f"{page} as {self.role}: {type(error).__name__} {error}")
            return "none"

    async def _finished(self, page: str) -> str:
        assert self.socket is not None
        title = ""
        while True:
            message = ForwardMsg.FromString(bytes(await self.socket.recv(decode=False)))
            kind = message.WhichOneof("type")
            if kind == "script_finished":
                break
            if kind == "page_not_found":
                self.errors.append(f"{page} as {self.role}: page not found")
            if kind == "auto_rerun":
                self.watches.append(message.auto_rerun.fragment_id)
            if kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                title = self._note(page, message.delta.new_element) or title
        if message.script_finished not in WELL_ENDED:
            self.errors.append(f"{page} as {self.role}: ended with {message.script_finished}")
        return title

    def _note(self, page: str, element: Any) -> str | None:
        """Keep a control, complain of an error, and return the page's title where the element holds it."""
        kind = element.WhichOneof("type")
        if kind == "exception":
            self.errors.append(f"{page} as {self.role}: {element.exception.type} {element.exception.message}")
        if kind in ("selectbox", "multiselect"):
            control = getattr(element, kind)
            if control.label not in KEPT_STILL and control.options:
                self.controls[control.label] = (kind, control)
        if kind != "html":
            return None
        if "tl-error" in element.html.body and "<style" not in element.html.body:
            self.errors.append(f"{page} as {self.role}: {element.html.body[:200]}")
        found = re.search(r"<h1>(.*?)</h1>", element.html.body)
        return found[1] if found else None

    def pick(self) -> None:
        """Change one control that the page offers to an option taken by chance."""
        if not self.controls:
            return
        kind, control = self.controls[self.chance.choice(sorted(self.controls))]
        option = self.chance.choice(list(control.options))
        state = WidgetState(id=control.id)
        if kind == "selectbox":
            state.string_value = option
        else:
            state.string_array_value.data.append(option)
        self.picked[control.id] = state


async def at_once(address: str, roles: list[tuple[str, list[str]]], reruns: int, pause: float) -> list[Reader]:
    """Let as many readers as there are roles look at pages at the same time, each with a seed of its own."""
    readers = [Reader(address, role, random.Random(number)) for number, (role, _) in enumerate(roles)]

    async def visit(reader: Reader, pages: list[str]) -> None:
        await reader.open()
        for _ in range(reruns):
            page = reader.chance.choice(pages)
            await reader.look(page)
            await reader.watch(page)
            reader.pick()
            await asyncio.sleep(reader.chance.uniform(0, 2 * pause))
        await reader.close()

    await asyncio.gather(*(visit(reader, pages) for reader, (_, pages) in zip(readers, roles, strict=True)))
    return readers


@dataclass(frozen=True)
class Memory:
    """A process's memory now and at its highest, in MB."""

    resident: float
    highest: float


def memory(process: int) -> Memory:
    """Read what the kernel says of a process."""
    text = Path(f"/proc/{process}/status").read_text()
    resident, highest = (int(re.search(rf"{name}:\s+(\d+) kB", text)[1]) / 1e3 for name in ("VmRSS", "VmHWM"))  # type: ignore[index]
    return Memory(resident, highest)
