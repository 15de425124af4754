"""Randomness that is the same on every machine: named PCG64 streams, and draws that are a pure function of a key.

A keyed draw needs no state: student 7,000,000 has the same school in any block, without keeping all students.
Quantiles come from tables, so that a draw depends on one uniform number and linear interpolation only.
"""

import math
import zlib
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Keys = Ints | int

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_GRID = 1 << 14
_LEVELS = (np.arange(_GRID) + 0.5) / _GRID
_NORMALS = np.array([NormalDist().inv_cdf(float(level)) for level in _LEVELS])


def stream(seed: int, *names: str | int) -> np.random.Generator:
    """Return the generator of one named stream, such as ``stream(42, "projects", 7)``."""
    words = [zlib.crc32(str(name).encode()) for name in names]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *words])))


def _mixed(value: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return the splitmix64 finaliser of each value."""
    value = (value ^ (value >> np.uint64(30))) * _MIX_1
    value = (value ^ (value >> np.uint64(27))) * _MIX_2
    return value ^ (value >> np.uint64(31))


def hashed(seed: int, name: str, *keys: Keys) -> NDArray[np.uint64]:
    """Return 64 well-mixed bits for each combination of keys; the arrays broadcast."""
    with np.errstate(over="ignore"):
        state = _mixed(np.array([seed * 0x1_0000_0001 + zlib.crc32(name.encode())], dtype=np.uint64))
        for key in keys:
            part = np.atleast_1d(np.asarray(key, dtype=np.int64)).astype(np.uint64)
            state = _mixed(state ^ _mixed(part + _GOLDEN))
    return state


def uniform(seed: int, name: str, *keys: Keys) -> Floats:
    """Return one number in [0, 1) for each combination of keys."""
    bits = hashed(seed, name, *keys) >> np.uint64(11)
    return np.asarray(bits.astype(np.float64) * 2.0**-53)


def normal_quantile(levels: Floats) -> Floats:
    """Return standard normal quantiles by table, cut near four standard deviations."""
    return np.asarray(np.interp(levels, _LEVELS, _NORMALS))


def lognormal(rng: np.random.Generator, size: int, median: float, sigma: float) -> Floats:
    """Draw positive numbers with the given median and log standard deviation."""
    return np.asarray(median * np.exp(sigma * normal_quantile(rng.random(size))))


def pick(levels: Floats, weights: Floats) -> Ints:
    """Return the index that each uniform level falls on when [0, 1) is cut in proportion to the weights."""
    edges = np.cumsum(weights) / math.fsum(weights)
    return np.minimum(np.searchsorted(edges, levels, side="right"), len(weights) - 1).astype(np.int64)
