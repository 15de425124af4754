"""What metrics of one mart can be split by and filtered by, and which dimension a word of the analyst stands for.

A dimension may be named in full, as ``employer__industry``, or by its last word: each mart then answers by its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dashboards.database import DatabaseError, Generation
from dashboards.definitions import Catalogue, Model, catalogue
from dashboards.metrics import Dimension, dimensions
from dashboards.names import nearest
from dashboards.periods import GRAINS, first_day, last_day

TIME = "metric_time"


class QuestionError(DatabaseError):
    """A question that cannot be answered as it stands; the text names the nearest that can."""


def reachable(generation: Generation, names: Sequence[str]) -> tuple[Dimension, ...]:
    """Return what metrics of one mart can be split by: its own, its neighbours' and their neighbours' columns; keys."""
    known = catalogue(generation)
    model = known.model(names[0])
    keys = [_key(model.name, entity, column) for entity, column in model.entity_columns]
    return (*dimensions(generation, tuple(sorted(names))), *keys)


def is_near(dimension: Dimension) -> bool:
    """Tell whether a dimension is the mart's own or a direct neighbour's: one that its last word may stand for."""
    return dimension.name.count("__") < 2


def _key(model: str, entity: str, column: str) -> Dimension:
    return Dimension(entity, f"Key of the {entity.replace('_', ' ')}.", model, column, None, is_key=True)


@dataclass(frozen=True)
class Reach:
    """Metrics of one mart, and what the words beside them mean there; what means nothing raises QuestionError."""

    generation: Generation
    names: tuple[str, ...]

    @property
    def model(self) -> Model:
        """Return the semantic model that the metrics are counted on."""
        return self._known.model(self.names[0])

    @property
    def clock(self) -> Dimension:
        """Return the date by which the metrics are cut, with the finest period that the mart keeps."""
        return next(each for each in reachable(self.generation, self.names) if each.name == TIME)

    def group(self, word: str) -> str:
        """Return MetricFlow's name of what an answer is split by."""
        head, _, grain = word.rpartition("__")
        if grain in GRAINS and head:
            return f"{self.dimension(head, grain).name}__{grain}"
        if word == TIME:
            return f"{TIME}__{self.clock.grain}"
        return self.dimension(word).name

    def filtered(self, word: str) -> Dimension:
        """Return the dimension that a filter names; the clock has options of its own."""
        if word.partition("__")[0] == TIME or word in GRAINS:
            raise QuestionError(f"A filter cannot name {word!r}: keep a period with --since and --until.")
        return self.dimension(word)

    def dimension(self, word: str, grain: str | None = None) -> Dimension:
        """Return the dimension that a word stands for: by full name, else by last word, the mart's own first."""
        known = reachable(self.generation, self.names)
        exact = [each for each in known if each.name == word]
        short = [each for each in known if is_near(each) and each.name.endswith(f"__{word}")]
        own = [each for each in short if each.name == f"{self.model.entity}__{word}"]
        found = exact or own or short
        if len(found) > 1:
            options = ", ".join(each.name for each in found)
            raise QuestionError(f"Dimension {word!r} of {self} may be any of {options}: name one in full.")
        if not found:
            raise QuestionError(f"Dimension {word!r} is unknown to {self}; {self._offer(word, known)}")
        self._refuse_finer(found[0], grain)
        return found[0]

    def mart_of(self, dimension: Dimension) -> str:
        """Return the mart that holds a dimension."""
        return self._known.models[dimension.model or self.model.name].mart

    def refuse_part_of_a_period(self, since: date | None, until: date | None) -> None:
        """Raise for a first or last day inside a period of a mart whose rows are whole periods."""
        grain = str(self.clock.grain)
        if since is not None and since != (first := first_day(since, grain)):
            begins = f"--since the day on which a {grain} begins, such as {first}"
            raise QuestionError(f"{self} is kept by {grain}: expected {begins}; found {since}.")
        if until is not None and until != (last := last_day(until, grain)):
            ends = f"--until the day on which a {grain} ends, such as {last}"
            raise QuestionError(f"{self} is kept by {grain}: expected {ends}; found {until}.")

    def _refuse_finer(self, found: Dimension, grain: str | None) -> None:
        if grain is None:
            return
        if found.grain is None:
            raise QuestionError(f"Dimension {found.name!r} is no date, so it has no {grain}.")
        if GRAINS.index(grain) < GRAINS.index(found.grain):
            kept = ", ".join(GRAINS[GRAINS.index(found.grain) :])
            raise QuestionError(f"{self} cannot be split by {grain}; known: {kept}.")

    def _offer(self, word: str, known: Sequence[Dimension]) -> str:
        names = {each.name for each in known if is_near(each) and each.name != TIME} | set(GRAINS)
        return f"{nearest(word, names)}. All of them: `throughline metrics {self.names[0]} --describe`."

    def __str__(self) -> str:
        """Name the metrics."""
        return ", ".join(self.names)

    @property
    def _known(self) -> Catalogue:
        return catalogue(self.generation)
