"""What is kept of a published file, for as long as the file is there: who was erased with it is gone from here, too.

An open file that was removed still answers, and so would frames that were read from it. Each look at a kept value
looks at the file first; who still asks hears that a newer generation is current. A query under way keeps what it runs
on until it ends, and its answer is then refused.
"""

import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar
from weakref import WeakSet

from dashboards.database_errors import GoneGenerationError
from dashboards.pointer import Generation

P = ParamSpec("P")
R = TypeVar("R")

SWEEP_SECONDS = 30
Identity = tuple[int, int]


def is_there(generation: Generation) -> bool:
    """Tell whether the generation's file is there, and the published one of which it was cut."""
    return _identity(generation) is not None


def check_there(generation: Generation) -> None:
    """Raise GoneGenerationError where a generation was removed."""
    if not is_there(generation):
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
        """Return the answer, made once; raises GoneGenerationError where the file is gone, also meanwhile."""
        key = (generation, args, tuple(sorted(kwargs.items())))
        file = _identity(generation)
        with self._lock:
            held = self._answers.get(key)
            if held is not None and held[0] == file:
                self._answers.move_to_end(key)
                return held[1]
            self._answers.pop(key, None)
        if file is None:
            raise GoneGenerationError
        answer = self._make(generation, *args, **kwargs)
        if _identity(generation) != file:
            raise GoneGenerationError
        with self._lock:
            self._answers[key] = file, answer
            while len(self._answers) > self._most:
                self._answers.popitem(last=False)
        return answer

    def cache_clear(self) -> None:
        """Drop all answers."""
        with self._lock:
            self._answers.clear()

    def drop_gone(self) -> None:
        """Drop the answers of files that are gone."""
        with self._lock:
            known = {generation for generation, *_ in self._answers}
            gone = {each for each in known if not is_there(each)}
            for key in [key for key in self._answers if key[0] in gone]:
                del self._answers[key]


_all: WeakSet[Kept[Any, Any]] = WeakSet()


def kept(most: int) -> Callable[[Callable[Concatenate[Generation, P], R]], Kept[P, R]]:
    """Make a function of a generation keep so many answers, each for as long as the generation's file is there."""

    def keeping(make: Callable[Concatenate[Generation, P], R]) -> Kept[P, R]:
        return Kept(make, most)

    return keeping


def drop_gone() -> None:
    """Drop all that is kept of files that are gone; a connection closes with its last query."""
    for each in list(_all):
        each.drop_gone()


def keep_sweeping(every: float = SWEEP_SECONDS) -> threading.Event:
    """Drop what is gone every so many seconds, also while nobody looks; return what ends it when it is set."""
    ended = threading.Event()

    def sweep() -> None:
        while not ended.wait(every):
            drop_gone()

    threading.Thread(target=sweep, name="sweep-gone-generations", daemon=True).start()
    return ended
