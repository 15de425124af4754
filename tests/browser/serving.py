"""Start the dashboards as a user does, find Chromium, and know when a page has come to rest."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, expect

ROOT = Path(__file__).resolve().parents[2]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MISSING = "needs Chromium or Chrome on the path (Debian: apt-get install chromium), or its file named by CHROMIUM"
START_SECONDS = 60
RESTED = "[data-testid=stApp][data-test-script-state=notRunning]"


def chromium() -> str | None:
    """Return the browser's program, or None."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def free_port() -> int:
    """Return a port of 127.0.0.1 on which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def server_of(
    data: Path, environment: Mapping[str, str] | None = None, options: Sequence[str] = (), port: int | None = None
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Serve the dashboards over a data folder on a free port of 127.0.0.1; stop the server at the end.

    ``environment`` is added to this process's, ``options`` are Streamlit's.
    """
    port = port or free_port()
    command = [sys.executable, "-m", "streamlit", "run", "dashboards/server.py"]
    server = subprocess.Popen(
        [*command, "--server.address", "127.0.0.1", "--server.port", str(port), *options],
        cwd=ROOT,
        env={
            **os.environ,
            "THROUGHLINE_DATA": str(data),
            "THROUGHLINE_PUBLISHED": str(data / "published"),
            **(environment or {}),
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(server, address)
        yield server, address
    finally:
        server.terminate()
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


@contextmanager
def served(data: Path) -> Iterator[str]:
    """Serve the dashboards over a data folder and return their address."""
    with server_of(data) as (_, address):
        yield address


def wait_for(server: subprocess.Popen[bytes], address: str) -> None:
    """Return once the dashboards answer; raise when they ended or took too long."""
    wait_until_answered(server, f"{address}/_stcore/health")


def wait_until_answered(server: subprocess.Popen[bytes], address: str) -> None:
    """Return once a server answers an address; raise when it ended or took too long."""
    for _ in range(START_SECONDS * 5):
        if server.poll() is not None:
            raise RuntimeError(f"The server ended with code {server.returncode} before it answered.")
        try:
            with urllib.request.urlopen(address, timeout=1) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise TimeoutError(f"Expected an answer from {address} within {START_SECONDS} seconds.")


def rest(page: Page) -> None:
    """Wait until the script has run and every figure and skeleton has been replaced."""
    page.wait_for_selector("h1", timeout=30_000)
    page.wait_for_timeout(150)
    page.wait_for_selector(RESTED, timeout=30_000)
    expect(page.locator("[data-testid=stSkeleton], [data-stale=true]")).to_have_count(0, timeout=30_000)


def whole(page: Page) -> None:
    """Make the window as high as the page, so that a picture holds all of it."""
    size = page.viewport_size or {"width": 1440, "height": 900}
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": max(height, size["height"])})
    page.wait_for_timeout(800)
