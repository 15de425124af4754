"""Draws are the same on every machine and independent of the block that asks for them."""

import numpy as np
import pytest

from pipelines.sample.streams import normal_quantile, pick, stream, uniform


def test_a_keyed_draw_does_not_depend_on_what_else_is_drawn() -> None:
    together = uniform(42, "institution", np.arange(1000))
    alone = uniform(42, "institution", np.array([777]))
    assert together[777] == alone[0]


def test_keyed_draws_are_pinned() -> None:
    # Computed once on 64-bit integers: any other platform must find the same.
    assert uniform(42, "a", np.arange(2)).tolist() == pytest.approx([0.29968906, 0.97013336], abs=1e-8)


def test_names_and_seeds_give_different_streams() -> None:
    draws = {stream(seed, name).random() for seed in (1, 2) for name in ("projects", "applicants")}
    assert len(draws) == 4


def test_keyed_draws_are_uniform() -> None:
    counts, _ = np.histogram(uniform(1, "x", np.arange(100_000)), bins=10, range=(0, 1))
    assert counts.min() > 9_500
    assert counts.max() < 10_500


def test_tabled_normal_quantiles_have_mean_0_and_variance_1() -> None:
    values = normal_quantile((np.arange(100_000) + 0.5) / 100_000)
    assert values.mean() == pytest.approx(0, abs=1e-6)
    assert values.var() == pytest.approx(1, abs=0.01)


def test_pick_follows_the_weights() -> None:
    chosen = pick(np.array([0.0, 0.19, 0.21, 0.99]), np.array([1.0, 3.0, 1.0]))
    assert chosen.tolist() == [0, 0, 1, 2]
