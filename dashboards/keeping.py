"""What is kept of a published file: of one that newer ones replaced, to the end; of one before an erasure, not at all.

An open file that was removed still answers, and so do frames that were read from it: who asks while generations come
and go gets what they asked for. Where somebody was erased since, each look at a kept value is refused; a query under
way keeps what it runs on until it ends, and its answer is refused then.
"""

import logging
import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar
from weakref import WeakSet

from dashboards.database_errors import DatabaseError, GoneGenerationError
from dashboards.pointer import Generation, pointed_at

logger = logging.getLogger(__name__)
P = ParamSpec("P")
R = TypeVar("R")

SWEEP_SECONDS = 30
Identity = tuple[int, int]


def is_removed(generation: Generation) -> bool:
    """Tell whether the generation's file, or the published one of which it was cut, is not there."""
    return _identity(generation) is None


def is_erased(generation: Generation) -> bool:
    """Tell whether somebody was erased since; where the pointer cannot tell, whether the generation was removed."""
    try:
        return pointed_at().erased_before > generation.number
    except DatabaseError:
        return is_removed(generation)


def refuse_erased(generation: Generation) -> None:
    """Raise GoneGenerationError where somebody was erased since the generation was made."""
    if is_erased(generation):
        raise GoneGenerationError


def _identity(generation: Generation) -> Identity | None:
    """Return which file it is, device and inode, or None where it, or what it was cut from, is gone."""
    try:
        if generation.source is not None:
            os.stat(generation.source)
        found = os.stat(generation.path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


class Kept(Generic[P, R]):
    """A function of a generation, and its last answers by their arguments."""

    def __init__(self, make: Callable[Concatenate[Generation, P], R], most: int) -> None:
        self._make, self._most = make, most
        self._answers: OrderedDict[Any, tuple[Identity, R]] = OrderedDict()
        self._lock = threading.Lock()
        _all.add(self)

    def __call__(self, generation: Generation, *args: P.args, **kwargs: P.kwargs) -> R:
        """Return the answer, made once; raises GoneGenerationError where somebody was erased, also meanwhile.

        So it does where the file is gone and nothing is kept of it.
        """
        refuse_erased(generation)
        key = (generation, args, tuple(sorted(kwargs.items())))
        file = _identity(generation)
        with self._lock:
            held = self._answers.get(key)
            if held is not None and file in (held[0], None):
                self._answers.move_to_end(key)
                return held[1]
        if file is None:
            raise GoneGenerationError
        answer = self._make(generation, *args, **kwargs)
        refuse_erased(generation)
        with self._lock:
            self._answers[key] = file, answer
            while len(self._answers) > self._most:
                self._answers.popitem(last=False)
        return answer

    def cache_clear(self) -> None:
        """Drop all answers."""
        with self._lock:
            self._answers.clear()

    def drop(self, is_over: Callable[[Generation], bool]) -> None:
        """Drop the answers of generations that are over."""
        with self._lock:
            known = {generation for generation, *_ in self._answers}
            gone = {each for each in known if is_over(each)}
            for key in [key for key in self._answers if key[0] in gone]:
                del self._answers[key]


_all: WeakSet[Kept[Any, Any]] = WeakSet()


def kept(most: int) -> Callable[[Callable[Concatenate[Generation, P], R]], Kept[P, R]]:
    """Make a function of a generation keep so many answers, each until somebody is erased."""

    def keeping(make: Callable[Concatenate[Generation, P], R]) -> Kept[P, R]:
        return Kept(make, most)

    return keeping


def drop(is_over: Callable[[Generation], bool]) -> None:
    """Drop all that is kept of generations that are over; a connection closes with its last query."""
    for each in list(_all):
        each.drop(is_over)


def keep_sweeping(every: float = SWEEP_SECONDS) -> threading.Event:
    """Drop what was erased or removed every so many seconds, also while nobody looks; return what ends it."""
    ended = threading.Event()

    def sweep() -> None:
        while not ended.wait(every):
            try:
                drop(lambda generation: is_removed(generation) or is_erased(generation))
            except Exception:  # Whatever it was: the next sweep finds what this one left.
                logger.exception("A sweep of gone generations broke off")

    threading.Thread(target=sweep, name="sweep-gone-generations", daemon=True).start()
    return ended
