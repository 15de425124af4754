"""The tests of faults at length, and a table of what they tried and what survived: ``make faults``."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.conftest import ROOT
from tests.faults.figures import recorded

PYTEST = ("-m", "pytest", "-n", "auto", "--maxprocesses", "4", "--dist", "worksteal", "tests/faults")


def main() -> int:
    """Run the tests with their large sizes, table included, and return 0 where everything survived."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "figures.jsonl"
        environment = {**os.environ, "THROUGHLINE_FIGURES": str(path), "THROUGHLINE_FAULTS": "many"}
        done = subprocess.run([sys.executable, *PYTEST, *sys.argv[1:]], cwd=ROOT, env=environment, check=False)
        figures = recorded(path)
    return done.returncode or int(any(survived < tried for tried, survived in figures.values()))


if __name__ == "__main__":
    sys.exit(main())
