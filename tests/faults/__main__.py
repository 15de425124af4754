"""The tests of faults at length, and a table of what they tried and what survived: ``make faults``."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.conftest import ROOT
from tests.faults.figures import recorded

PYTEST = ("-m", "pytest", "-n", "auto", "--maxprocesses", "4", "--dist", "worksteal", "tests/faults")


def table(figures: dict[str, tuple[int, int]]) -> list[str]:
    """Return the lines of the table, kills by step first, with their sum."""
    kills = {name: figure for name, figure in sorted(figures.items()) if name.startswith("kill ")}
    others = {name: figure for name, figure in figures.items() if name not in kills}
    sums = {"kills in all": tuple(map(sum, zip(*kills.values(), strict=True)))} if kills else {}
    return [f"{'':<60}{'tried':>9}{'survived':>10}"] + [
        f"{name:<60}{tried:>9,}{survived:>10,}" for name, (tried, survived) in (kills | sums | others).items()
    ]


def main() -> int:
    """Run the tests with their large sizes, print the table, and return 0 where everything survived."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "figures.jsonl"
        environment = {**os.environ, "THROUGHLINE_FIGURES": str(path), "THROUGHLINE_FAULTS": "many"}
        done = subprocess.run([sys.executable, *PYTEST, *sys.argv[1:]], cwd=ROOT, env=environment, check=False)
        figures = recorded(path)
    print("\n".join(table(figures)))
    return done.returncode or int(any(survived < tried for tried, survived in figures.values()))


if __name__ == "__main__":
    sys.exit(main())
