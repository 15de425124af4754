"""What the tests of faults tried and what survived: one JSON line a figure, and the table that pytest ends with."""

import fcntl
import json
import os
from pathlib import Path


def record(name: str, tried: int, survived: int) -> None:
    """Add a figure to the file that THROUGHLINE_FIGURES names, if it names one.

    A line is ``{"name": ..., "tried": ..., "survived": ...}``. Lines of one name add up; several processes may write.
    """
    path = os.environ.get("THROUGHLINE_FIGURES")
    if not path:
        return
    with Path(path).open("a", encoding="utf-8") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        stream.write(json.dumps({"name": name, "tried": tried, "survived": survived}) + "\n")


def recorded(path: Path) -> dict[str, tuple[int, int]]:
    """Return name -> (tried, survived) of a file of figures, summed, in the order in which the names came first."""
    sums: dict[str, tuple[int, int]] = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        figure = json.loads(line)
        tried, survived = sums.get(figure["name"], (0, 0))
        sums[figure["name"]] = (tried + figure["tried"], survived + figure["survived"])
    return sums


def table(figures: dict[str, tuple[int, int]]) -> list[str]:
    """Return the lines of the table, kills by step first, with their sum."""
    kills = {name: figure for name, figure in sorted(figures.items()) if name.startswith("kill ")}
    others = {name: figure for name, figure in figures.items() if name not in kills}
    sums = {"kills in all": tuple(map(sum, zip(*kills.values(), strict=True)))} if kills else {}
    return [f"{'':<60}{'tried':>9}{'survived':>10}"] + [
        f"{name:<60}{tried:>9,}{survived:>10,}" for name, (tried, survived) in (kills | sums | others).items()
    ]
