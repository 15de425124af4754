"""Every metric by every dimension that it reaches, read from the semantic manifest of the tiny sample's published file.

All metrics of a mart are asked at once, by all of its dimensions at once: a row is a combination of values, NULL among
them, so that parts over any one dimension are sums of its rows. What adds up in the combinations adds up over each.
"""

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import polars as pl
import pytest
import yaml

from dashboards.database import Generation, Query, run
from dashboards.definitions import Definition, catalogue, manifest_text
from dashboards.metrics import Dimension, compiled, dimensions
from dashboards.reach import is_near

MARTS = Path(__file__).resolve().parents[2] / "dbt_project" / "models" / "marts"


def measured() -> list[str]:
    """Return the marts that declare metrics."""
    entries = {path.stem: yaml.safe_load(path.read_text())["models"][0] for path in sorted(MARTS.glob("*.yml"))}
    return [name for name, entry in entries.items() if entry.get("metrics")]


def metrics_of(generation: Generation, mart: str) -> dict[str, Definition]:
    known = catalogue(generation)
    return {name: each for name, each in known.metrics.items() if known.models[each.model].mart == mart}


def additive(generation: Generation) -> set[str]:
    return set(run(generation, Query("select name from marts.metric_catalog where is_additive"))["name"])


def item(dimension: Dimension) -> str:
    return f"{dimension.name}__{dimension.grain}" if dimension.grain else dimension.name


def asked(generation: Generation, names: list[str], by: list[Dimension]) -> pl.DataFrame:
    """Return the metrics by all of these dimensions at once, numbers as floats."""
    found = run(generation, Query(compiled(generation, tuple(sorted(names)), tuple(map(item, by)), ())))
    return found.with_columns(pl.col(names).cast(pl.Float64))


@lru_cache(maxsize=64)
def combinations(generation: Generation, mart: str) -> pl.DataFrame:
    """Return all metrics of a mart by all dimensions that are its own or a neighbour's."""
    return asked(generation, list(metrics_of(generation, mart)), near(generation, mart))


@lru_cache(maxsize=64)
def totals(generation: Generation, mart: str) -> dict[str, float | None]:
    return asked(generation, list(metrics_of(generation, mart)), []).row(0, named=True)


def near(generation: Generation, mart: str) -> list[Dimension]:
    return [each for each in dimensions(generation, tuple(sorted(metrics_of(generation, mart)))) if is_near(each)]


def ratios(generation: Generation, mart: str) -> Iterator[tuple[str, str, str]]:
    for name, each in metrics_of(generation, mart).items():
        if each.is_rate and each.numerator and each.denominator:
            yield name, each.numerator, each.denominator


@pytest.mark.parametrize("mart", measured())
def test_the_metrics_of_a_mart_reach_every_dimension_that_it_declares(generation: Generation, mart: str) -> None:
    models = json.loads(manifest_text(generation))["semantic_models"]
    (model,) = [each for each in models if each["node_relation"]["alias"] == mart]
    reached = {each.name for each in near(generation, mart)}
    primary = model["primary_entity"] or next(each["name"] for each in model["entities"] if each["type"] == "primary")
    assert {f"{primary}__{each['name']}" for each in model["dimensions"]} <= reached
    assert "metric_time" in reached


@pytest.mark.parametrize("mart", measured())
def test_parts_sum_to_the_total_over_every_dimension(generation: Generation, mart: str) -> None:
    parts, whole = combinations(generation, mart), totals(generation, mart)
    sums = {name for name in metrics_of(generation, mart) if name in additive(generation)}
    assert parts.height > 1 or not sums
    for name in sums:
        assert parts[name].sum() == pytest.approx(whole[name] or 0, rel=1e-9), name


@pytest.mark.parametrize("mart", measured())
def test_a_rate_is_its_numerator_over_its_denominator_in_every_part(generation: Generation, mart: str) -> None:
    parts = pl.concat(
        [combinations(generation, mart), pl.DataFrame([totals(generation, mart)])], how="diagonal_relaxed"
    )
    for name, numerator, denominator in ratios(generation, mart):
        of = pl.when(pl.col(denominator) != 0).then(pl.col(numerator) / pl.col(denominator))
        wrong = parts.select(pl.col(name).alias("found"), of.alias("expected")).filter(
            ((pl.col("found") - pl.col("expected")).abs() > 1e-9 * pl.col("expected").abs().clip(1))
            | (pl.col("found").is_null() != pl.col("expected").is_null())
        )
        assert wrong.height == 0, f"{name}: {wrong.head(3)}"


@pytest.mark.parametrize("mart", measured())
def test_a_share_lies_between_0_and_1_in_every_part(generation: Generation, mart: str) -> None:
    parts = combinations(generation, mart)
    for name, each in metrics_of(generation, mart).items():
        if each.unit == "share":
            assert parts[name].drop_nulls().is_between(0, 1 + 1e-9).all(), name


@pytest.mark.parametrize("mart", measured())
def test_of_distinct_counts_the_greatest_part_is_at_most_the_total_and_the_total_at_most_their_sum(
    generation: Generation, mart: str
) -> None:
    distinct = [name for name, each in metrics_of(generation, mart).items() if each.aggregation == "count_distinct"]
    for dimension in near(generation, mart) if distinct else []:
        parts = asked(generation, distinct, [dimension])
        for name in distinct:
            total = totals(generation, mart)[name] or 0
            assert (parts[name].max() or 0) <= total <= parts[name].sum(), f"{name} by {dimension.name}"


@pytest.mark.parametrize("mart", measured())
def test_rows_are_neither_lost_nor_doubled_on_the_way_to_a_neighbour_s_neighbour(
    generation: Generation, mart: str
) -> None:
    names = metrics_of(generation, mart)
    sums = sorted(name for name in names if name in additive(generation) and names[name].kind == "simple")
    far = [each for each in dimensions(generation, tuple(sums[:1])) if not is_near(each)] if sums else []
    if far:
        parts = asked(generation, sums[:1], far)
        assert parts[sums[0]].sum() == pytest.approx(totals(generation, mart)[sums[0]] or 0)


def test_the_catalogue_says_of_every_metric_whether_it_adds_up(generation: Generation) -> None:
    unsaid = run(generation, Query("select name from marts.metric_catalog where is_additive is null"))
    assert unsaid["name"].to_list() == []
