"""Rollback: an older kept generation becomes current again, if its bytes are those that were published."""

import logging
from pathlib import Path

from pipelines import generations
from pipelines.errors import ThroughlineError
from pipelines.generations import Generation
from pipelines.journal import reached

log = logging.getLogger(__name__)


def roll_back(published: Path, to: str | None = None) -> Generation:
    """Make an older kept generation current: the one named, or the newest whole one before the current.

    Where the pointer leads nowhere or is gone, that is the newest that is whole. A damaged one is never made current.
    """
    known = generations.kept(published)
    chosen = one_before(published, known) if to is None else one_named(published, known, to)
    generations.make_current(published, chosen)
    reached("rollback.finished", generation=chosen.generation)
    return chosen


def one_named(published: Path, known: list[Generation], name: str) -> Generation:
    """Return the known generation of a name; raise where there is none, or where it is damaged."""
    chosen = {each.generation: each for each in known}.get(name)
    if chosen is None:
        raise ThroughlineError(
            f"expected a kept generation; found {name!r}. Kept: {listed(known)}.", next_command="throughline status"
        )
    if names := generations.damaged(published, chosen):
        raise ThroughlineError(
            f"{name}: expected the bytes that were published; found others, or none, in {' and '.join(names)}. Nothing "
            "was changed. Take another generation, or make a new one with `throughline run --force`.",
            next_command="throughline verify",
        )
    return chosen


def one_before(published: Path, known: list[Generation]) -> Generation:
    """Return the newest whole generation that is older than the current one; raise where there is none."""
    now, places = generations.sound(published), [each.generation for each in known]
    older = known[: places.index(now.generation)] if now is not None and now.generation in places else known
    for each in reversed(older):
        if not generations.damaged(published, each):
            return each
        log.warning("%s is not as it was published, and left out: see `throughline verify`", each.generation)
    raise ThroughlineError(
        f"expected an older generation that is whole; found none. Kept: {listed(known)}. Make one with "
        "`throughline run --force`.",
        next_command="throughline run --force",
    )


def listed(known: list[Generation]) -> str:
    """Return the names of generations, to be read."""
    return ", ".join(each.generation for each in known) or "none"
