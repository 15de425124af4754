"""What is to be made: seed, scale, calibration and calendar, handed to every part of the sample."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pipelines.sample.calibration import Calibration
from pipelines.sample.clock import Delivery, deliveries
from pipelines.sample.scale import Scale
from pipelines.sample.streams import Floats, Ints, Keys, hashed, stream, uniform


@dataclass(frozen=True)
class Plan:
    """Settings of one sample; two equal plans make equal samples."""

    seed: int
    scale: Scale
    calibration: Calibration
    is_dirty: bool = True

    @cached_property
    def deliveries(self) -> tuple[Delivery, ...]:
        return deliveries(self.scale.monthly_deliveries)

    @cached_property
    def delivery_moments(self) -> Ints:
        return np.array([each.moment for each in self.deliveries], dtype=np.int64)

    def number(self, name: str) -> float:
        """Return one number of the calibration."""
        return self.calibration.number(name)

    def rng(self, *names: str | int) -> np.random.Generator:
        """Return the generator of a named stream."""
        return stream(self.seed, *names)

    def level(self, name: str, *keys: Keys) -> Floats:
        """Return the uniform number that belongs to each key."""
        return uniform(self.seed, name, *keys)

    def chance(self, share: str, *keys: Keys) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Return for each key whether the event with this calibrated share happens to it."""
        return np.asarray(self.level(share, *keys) < self.number(share))

    def between(self, name: str, low: int, high: int, *keys: Keys) -> Ints:
        """Return an integer in [low, high) that belongs to each key."""
        return np.asarray(low + np.floor(self.level(name, *keys) * (high - low))).astype(np.int64)

    def code(self, name: str, *keys: Keys) -> list[str]:
        """Return fifteen hex digits that belong to each key and say nothing about it."""
        return [f"{int(value) >> 4:015x}" for value in hashed(self.seed, name, *keys)]
