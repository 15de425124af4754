"""How fast the pages are, on the small sample and on ten million applications, and how one process bears its readers.

``make bench`` runs this. A script's time is that of ``ScriptRunner`` in AppTest: imports are done and metrics compiled,
but every frame and estimate is thrown away before each run. The bare query reads, of each mart of the page, the columns
that the page names. Readers at once and memory are those of a served process on the small sample, over websockets.

    python -m tests.benchmarks.pages [rounds] [data folder, small] [data folder, ten million applications]
"""

import asyncio
import os
import random
import statistics
import sys
import tempfile
from pathlib import Path

from dashboards.navigation import PAGES, PageEntry
from dashboards.scope import Role
from tests.benchmarks.build import LARGE, SMALL, throughline
from tests.benchmarks.scripts import Timed, measure
from tests.benchmarks.sessions import Memory, Reader, at_once, memory
from tests.browser.serving import server_of

ROUNDS = 20
LIMITS = {
    SMALL: {"employer": 0.3, "platform": 0.3, "analyst": 0.3},
    LARGE: {"employer": 0.5, "platform": 1, "analyst": 1},
}
"""Scale -> audience of a page -> the most seconds of its script, 95th percentile."""

READERS, RERUNS_EACH, PAUSE_SECONDS = 20, 10, 2.0
RERUNS, LOOKED_AT = 500, (0, 100, 500)
MOST_GROWTH = 0.10
ROLES: tuple[Role, ...] = tuple(dict.fromkeys(role for page in PAGES for role in page.roles))
COLUMNS = ("p50 ms", "p95 ms", "limit", "cpu ms", "queries", "SQL ms", "bare ms", "ratio")
HEADER = f"{'page':<24}{'role':<12}" + "".join(f"{name:>9}" for name in COLUMNS)


def prepared(data: Path, scale: str) -> Path:
    """Return a data folder that holds the published sample of a scale."""
    if not (data / "published" / "current.json").exists():
        throughline(data, "sample", "--scale", scale)
        throughline(data, "run")
    return data


def openings() -> list[tuple[PageEntry, Role]]:
    """Return each page with each role that may open it."""
    return [(page, role) for page in PAGES for role in page.roles]


def scripts(data: Path, scale: str, rounds: int) -> tuple[list[str], bool]:
    """Measure every page for every role; return the lines of the table and whether the limits were kept."""
    os.environ["THROUGHLINE_PUBLISHED"] = str(data / "published")
    lines, kept = [f"page scripts, {scale}, {rounds} runs each", HEADER], True
    for page, role in openings():
        timed, limit = measure(page, role, rounds), LIMITS[scale][page.audience]
        kept = kept and timed.p95 < limit
        lines.append(row(timed, limit))
        sys.stderr.write(lines[-1] + "\n")
    return lines, kept


def row(timed: Timed, limit: float) -> str:
    """Return a page's line of the table."""
    spans = (timed.median, timed.p95, limit, statistics.median(timed.processor_seconds))
    asked = statistics.median(timed.asked_seconds)
    figures = [f"{1e3 * span:>9.0f}" for span in spans]
    figures += [f"{len(timed.statements):>9}", f"{1e3 * asked:>9.0f}", f"{1e3 * timed.bare_seconds:>9.1f}"]
    figures.append(f"{timed.median / timed.bare_seconds:>9.1f}")
    verdict = "kept" if timed.p95 < limit else "TOO SLOW"
    return f"{timed.page.name:<24}{timed.role:<12}{''.join(figures)}  {verdict}"


def readers_at_once(data: Path) -> tuple[list[str], bool]:
    """Let twenty sessions look at pages at the same time; return lines and whether nothing went wrong."""
    with server_of(data) as (server, address):
        first = asyncio.run(each_once(address))
        readers = asyncio.run(at_once(address, places(READERS), RERUNS_EACH, PAUSE_SECONDS))
        peak = memory(server.pid).highest
    errors = [each for reader in [*first, *readers] for each in reader.errors]
    seconds = sorted(taken for reader in readers for taken in reader.seconds)
    line = (
        f"{READERS} sessions at once, {len(seconds)} reruns, {PAUSE_SECONDS:.0f} s between: "
        f"p50 {1e3 * statistics.median(seconds):.0f} ms, p95 {1e3 * seconds[-1 - len(seconds) // 20]:.0f} ms, "
        f"{len(errors)} errors, peak {peak:.0f} MB"
    )
    return [line, *sorted(set(errors))[:10]], not errors


async def each_once(address: str) -> list[Reader]:
    """Look once at each page, so that the server has compiled what pages ask without a filter."""
    readers = []
    for role, pages in places(len(ROLES)):
        reader = Reader(address, role, random.Random(0))
        await reader.open()
        for page in pages:
            await reader.look(page)
        await reader.close()
        readers.append(reader)
    return readers


def places(count: int) -> list[tuple[str, list[str]]]:
    """Return roles in turn, each with its pages."""
    taken = (list(ROLES) * count)[:count]
    return [(role, [page.name for page, each in openings() if each == role]) for role in taken]


def memory_over_reruns(data: Path) -> tuple[list[str], bool]:
    """Rerun pages in one session per role; return lines and whether memory stayed flat from the 100th rerun on."""
    with server_of(data) as (server, address):
        seen, errors = asyncio.run(rerun_and_look(server.pid, address))
    growth = seen[500].resident / seen[100].resident - 1
    told = ", ".join(f"after {count}: {seen[count].resident:.0f} MB" for count in LOOKED_AT)
    line = (
        f"memory over {RERUNS} reruns: {told}, highest {seen[RERUNS].highest:.0f} MB; "
        f"growth from 100 to 500 {growth:+.1%} (limit {MOST_GROWTH:.0%}), {len(errors)} errors"
    )
    return [line, *sorted(set(errors))[:10]], growth < MOST_GROWTH and not errors


async def rerun_and_look(process: int, address: str) -> tuple[dict[int, Memory], list[str]]:
    """Rerun one page after another, each time with one control changed, and look at the process's memory."""
    chosen, seen = places(len(ROLES)), {0: memory(process)}
    readers = [Reader(address, role, random.Random(number)) for number, (role, _) in enumerate(chosen)]
    for reader in readers:
        await reader.open()
    for number in range(1, RERUNS + 1):
        turn = number % len(readers)
        reader, pages = readers[turn], chosen[turn][1]
        await reader.look(pages[number // len(readers) % len(pages)])
        reader.pick()
        if number in LOOKED_AT:
            seen[number] = memory(process)
    for reader in readers:
        await reader.close()
    return seen, [each for reader in readers for each in reader.errors]


def main(rounds: int = ROUNDS, small: str | None = None, large: str | None = None) -> int:
    """Measure, print the tables and return 1 where a limit is passed."""
    with tempfile.TemporaryDirectory(prefix="throughline-bench-") as name:
        folders = {SMALL: Path(small or f"{name}/small"), LARGE: Path(large or f"{name}/large")}
        found = [scripts(prepared(folder, scale), scale, rounds) for scale, folder in folders.items()]
        found += [readers_at_once(folders[SMALL]), memory_over_reruns(folders[SMALL])]
    title = f"pages, {os.cpu_count()} processors"
    sys.stdout.write("\n".join([title, *(line for lines, _ in found for line in lines)]) + "\n")
    return 0 if all(is_kept for _, is_kept in found) else 1


if __name__ == "__main__":
    sys.exit(main(*(int(each) if each.isdigit() else each for each in sys.argv[1:])))  # type: ignore[arg-type]
