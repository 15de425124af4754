"""One employer against the others pooled, and against published figures.

What the others' sums may tell is decided where they are made: ``marts.agg_peer_benchmarks`` holds no other figures.
Who sees several employers is told none of them (``Scope.sees_peers``): nothing but ``_benchmarks`` reads that mart.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from dashboards.database import Parameters, Query, frame
from dashboards.definitions import Catalogue, Definition, catalogue
from dashboards.formats import interval_text, value_text
from dashboards.intervals import Interval, clustered_wilson
from dashboards.metrics import CLUSTERS, values
from dashboards.readings import WANTED
from dashboards.scope import Filters, Scope

ALL = "all"
UNNAMED = "unknown"
LEAST_UNITS = 10
METRICS = (
    "selection_rate",
    "fill_rate_30_days",
    "market_depth_rate",
    "completion_rate",
    "on_time_rate",
    "cancellation_rate",
    "would_hire_rate",
    "reengagement_rate",
    "offer_through",
    "hire_through_matured",
)
HIDDEN = {
    "too few employers": "fewer than 5 other employers",
    "one employer too large": "one other has over half",
    "would tell of others": "withheld to protect others",
}
COST, COST_UNITS = "cost_per_hire", "hires_with_costs"
PUBLISHED = {
    "conversion": "nace_conversion_rate",
    "offer rate": "offer_through",
    "offer acceptance": "offer_acceptance_rate",
    "renege": "renege_rate",
    "one-year retention": "retention_rate_1_year",
    "cost per hire": COST,
}
"""Quantity of a published figure -> the metric of ours that is nearest to it."""

SCHEMA = {
    "metric": pl.String,
    "label": pl.String,
    "ours": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "our_units": pl.Int64,
    "theirs": pl.Float64,
    "their_units": pl.Int64,
    "peers": pl.Int64,
    "hidden": pl.String,
    "standing": pl.String,
}


@dataclass(frozen=True)
class Share:
    """One of our rates: its definition, units, value from 0 to 1, and 95 % interval, the units clustered by project."""

    definition: Definition
    units: int
    value: float | None
    interval: Interval | None


def shares(scope: Scope, names: Sequence[str]) -> dict[str, Share]:
    """Return rates that count units: the dictionary's parts by project, one statement per mart and term."""
    known = catalogue(scope.generation)
    by_cluster: dict[str | None, list[Definition]] = {}
    for name in names:
        by_cluster.setdefault(_cluster(known, name), []).append(known.metric(name))
    found = {}
    for cluster, definitions in by_cluster.items():
        parts = [(str(each.numerator), str(each.denominator)) for each in definitions]
        counted = values(scope, list(dict.fromkeys(part for pair in parts for part in pair)), by=cluster)
        for definition, (numerator, denominator) in zip(definitions, parts, strict=True):
            units = counted.filter(pl.col(denominator) > 0)
            hits, sizes = units[numerator].to_list(), units[denominator].to_list()
            value = sum(hits) / sum(sizes) if sizes else None
            found[definition.name] = Share(definition, int(sum(sizes)), value, clustered_wilson(hits, sizes))
    return {name: found[name] for name in names}


def _cluster(known: Catalogue, name: str) -> str | None:
    """Return what the units of a rate come in: projects, where they are not projects themselves."""
    model, cluster = known.model(name), CLUSTERS[1]
    return cluster if cluster in model.entities and cluster != model.entity else None


def categories(scope: Scope) -> list[str]:
    """Return the categories in which the employer has units, or enough others to be shown, by name."""
    text = "select distinct category from benchmarks where category not in ($all, $unnamed) order by category"
    return _benchmarks(scope, text, {"all": ALL, "unnamed": UNNAMED})["category"].to_list()


def own_band(scope: Scope) -> str | None:
    """Return the employer's size band, or None where nothing is known of it."""
    text = "select max(size_band) as size_band from benchmarks where size_band not in ($all, $unnamed)"
    found: str | None = _benchmarks(scope, text, {"all": ALL, "unnamed": UNNAMED})["size_band"][0]
    return found


def compared(scope: Scope, category: str = ALL, size_band: str = ALL) -> pl.DataFrame:
    """Return per rate our share with its interval, the others' pooled share, how many they are, and how we stand.

    ``hidden`` says why the others are not shown, else it is null. ``standing`` is better or worse where our interval
    leaves the others' share out, "not told apart" where it does not, null where either is too few to say.
    """
    text = """
        select metric, is_shown, hidden_reason, peer_count, numerator, denominator
        from benchmarks
        where category = $category and size_band = $band
    """
    told = _benchmarks(scope, text, {"category": category, "band": size_band})
    found = {row["metric"]: row for row in told.to_dicts()}
    ours = shares(in_category(scope, category), METRICS) if found else {}
    rows = []
    for name, share in ours.items():
        peers = found.get(name, {"is_shown": 0, "hidden_reason": "too few employers"})
        theirs = peers["numerator"] / peers["denominator"] if peers["is_shown"] else None
        rows.append(
            {
                "metric": name,
                "label": share.definition.label,
                "ours": share.value,
                "low": share.interval.low if share.interval else None,
                "high": share.interval.high if share.interval else None,
                "our_units": share.units,
                "theirs": theirs,
                "their_units": peers["denominator"] if peers["is_shown"] else None,
                "peers": peers["peer_count"] if peers["is_shown"] else None,
                "hidden": None if peers["is_shown"] else HIDDEN[peers["hidden_reason"]],
                "standing": standing(share, theirs),
            }
        )
    return pl.DataFrame(rows, schema=SCHEMA)


def pooled(scope: Scope, name: str, category: str = ALL) -> float | None:
    """Return the others' share of one rate, or None where it is not shown or not among the rates that are pooled.

    Nothing else may pool other employers: a sum under filters of the reader's choice could be taken from another.
    """
    text = """
        select numerator / denominator as share from benchmarks
        where metric = $metric and category = $category and size_band = $all and is_shown = 1
    """
    found = _benchmarks(scope, text, {"metric": name, "category": category, "all": ALL})
    return None if found.is_empty() else found["share"][0]


def _benchmarks(scope: Scope, text: str, bound: Parameters) -> pl.DataFrame:
    """Run a query over ``benchmarks``, the employer's rows: none for whoever may not see peers.

    Whether they may is bound, so that no answer that is kept for one reader of an employer is given to the other.
    """
    own = "select * from analytics.marts.agg_peer_benchmarks where host_id = $host and $sees_peers = 1"
    bound = {**bound, "host": scope.viewer, "sees_peers": int(scope.sees_peers)}
    query = Query.of(f"with benchmarks as ({own}) {text}", bound)
    return frame(scope.generation, scope.viewer, query)


def in_category(scope: Scope, category: str) -> Scope:
    """Return the scope of one category over all time, as the others are pooled."""
    chosen = () if category == ALL else (("category", (category,)),)
    return replace(scope, filters=Filters(chosen=chosen))


def standing(ours: Share, theirs: float | None) -> str | None:
    """Say on which side of the others' share our interval lies, in the direction that the metric's owner wants."""
    if theirs is None or ours.interval is None or ours.units < LEAST_UNITS:
        return None
    if ours.interval.low <= theirs <= ours.interval.high:
        return "not told apart"
    wanted = WANTED.get(ours.definition.direction.partition(" ")[0])
    is_above = ours.interval.low > theirs
    if wanted is None:
        return "higher" if is_above else "lower"
    return "better" if is_above == wanted else "worse"


def published(scope: Scope) -> pl.DataFrame:
    """Return the latest published figure of each quantity beside ours: all written in their unit, with source and year.

    Columns: quantity, published_figure, year, ours, our_units, nearest_of_ours, what_was_published, source, basis.
    """
    text = """
        select quantity, label, unit, cast(coalesce(figure_usd, figure_share) as double) as figure, year, source, basis
        from analytics.marts.dim_benchmarks
        where list_contains($quantities, quantity)
        order by quantity, year desc, benchmark_id
    """
    found = frame(scope.generation, scope.viewer, Query.of(text, {"quantities": tuple(PUBLISHED)}))
    latest = found.filter(pl.col("year") == pl.col("year").max().over("quantity"))
    ours = _nearest(in_category(scope, ALL))
    rows = [
        {
            "quantity": row["quantity"].capitalize(),
            "published_figure": value_text(row["unit"], row["figure"]),
            "year": str(row["year"]),
            **ours[row["quantity"]],
            "what_was_published": row["label"],
            "source": row["source"],
            "basis": row["basis"],
        }
        for row in latest.iter_rows(named=True)
    ]
    return pl.DataFrame(rows)


def _nearest(scope: Scope) -> dict[str, dict[str, object]]:
    """Return per quantity what is nearest to it of ours, with its interval where it counts units."""
    found = shares(scope, [name for name in PUBLISHED.values() if name != COST])
    cost = values(scope, [COST, COST_UNITS]).row(0, named=True)
    label = catalogue(scope.generation).metric(COST).label
    nearest: dict[str, dict[str, object]] = {}
    for quantity, name in PUBLISHED.items():
        if name == COST:
            ours, units = value_text("USD", cost[COST]), int(cost[COST_UNITS] or 0)
            nearest[quantity] = {"ours": ours, "our_units": units, "nearest_of_ours": label}
        else:
            share = found[name]
            band = f" ({interval_text('share', share.interval.low, share.interval.high)})" if share.interval else ""
            nearest[quantity] = {
                "ours": value_text("share", share.value) + band,
                "our_units": share.units,
                "nearest_of_ours": share.definition.label,
            }
    return nearest
