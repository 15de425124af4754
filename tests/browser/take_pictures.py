"""Take the README's pictures from the running app.

python -m tests.browser.take_pictures [DATA]     # DATA: a data folder that holds a published generation
"""

import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.serving import ARGUMENTS, MISSING, ROOT, chromium, rest, served, whole

PICTURES = {
    "pipeline": ("/pipeline", "light"),
    "hire_through": ("/hire_through", "light"),
    "roi": ("/roi", "light"),
    "fair_access": ("/fair_access", "light"),
    "marketplace_health": ("/marketplace_health?view=Leadership", "dark"),
    "students": ("/students?view=Leadership", "light"),
    "employers": ("/employers?view=Leadership", "light"),
    "data_health": ("/data_health?view=Leadership", "light"),
}
"""Name of the picture -> address and colour scheme."""

FOLDER = ROOT / "dashboards" / "assets"
WIDTH, HEIGHT = 1440, 900


def take(browser: Browser, address: str, name: str) -> Path:
    """Take one picture of a whole page and return its file."""
    path, scheme = PICTURES[name]
    context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(address + path)
    rest(page)
    whole(page)
    target = FOLDER / f"{name}.png"
    page.screenshot(path=target)
    context.close()
    return target


def main(data: Path) -> None:
    """Serve the data, take every picture, say where they lie."""
    found = chromium()
    if found is None:
        sys.exit(f"This {MISSING}.")
    with served(data) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        for name in PICTURES:
            print(take(browser, address, name).relative_to(ROOT))
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "data")
