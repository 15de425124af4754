"""A metric as a tile shows it: value, interval, n, maturity, change against the same term last year, receipt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from dashboards.database import Query
from dashboards.definitions import Catalogue, Definition, Model, catalogue
from dashboards.elsewhere import UNTOLD, UNTOLD_MODELS
from dashboards.formats import difference_text, interval_text, value_text
from dashboards.intervals import Interval, clustered_wilson_of_sums, newcombe, wilson
from dashboards.metrics import CLUSTERS, GROUP, cluster_sums, ignored_filters, query, values
from dashboards.rows import Rows, rows_behind
from dashboards.scope import Filters, Scope
from dashboards.terms import against_text, is_over, term_key, year_before

WANTED = {"higher": True, "lower": False}
LEAST_FOR_CHANGE = 10
LEAST_MATURE_SHARE = 0.5
GROWING = ("persons",)
"""Models whose rows grow until as_of: without a window, a younger cohort is behind by its age alone."""


@dataclass(frozen=True)
class Change:
    """The value of one term against the same term a year earlier."""

    term: str
    base_term: str
    value: float
    base: float
    interval: Interval | None = None

    @property
    def is_noise(self) -> bool:
        """Tell whether the 95 % interval of the difference covers 0."""
        return self.interval is not None and self.interval.low <= 0 <= self.interval.high

    @property
    def difference(self) -> float:
        """Return the later value less the earlier one."""
        return self.value - self.base


@dataclass(frozen=True)
class Explanation:
    """What stands behind "Definition"."""

    text: str
    formula: str
    clock: str
    window: str
    owner: str
    direction: str = ""


@dataclass(frozen=True)
class Reading:
    """One number of a page, with everything that it takes to trust it; a metric stands in the dictionary."""

    name: str
    label: str
    unit: str
    value: float | None
    explanation: Explanation
    receipt: Query
    filters: Filters
    interval: Interval | None = None
    numerator: float | None = None
    denominator: float | None = None
    part_unit: str = "count"
    mature_share: float | None = None
    unknown: float | None = None
    change: Change | None = None
    rows: Rows | None = None
    notes: tuple[str, ...] = ()
    is_metric: bool = False

    @property
    def value_text(self) -> str:
        """Return the value in its unit."""
        return value_text(self.unit, self.value)

    @property
    def interval_text(self) -> str | None:
        """Return the 95 % interval in the unit."""
        return interval_text(self.unit, self.interval.low, self.interval.high) if self.interval else None

    @property
    def change_text(self) -> str | None:
        """Return the change and the terms that it compares."""
        if self.change is None:
            return None
        difference = difference_text(self.unit, self.change.difference, self.change.base)
        return f"{difference}, {against_text(self.change.term, self.change.base_term)}"

    @property
    def is_improvement(self) -> bool | None:
        """Tell whether the change goes the way that the metric's owner wants; None when it may be noise."""
        direction = self.explanation.direction.partition(" ")[0]
        if self.change is None or self.change.difference == 0 or self.change.is_noise or direction not in WANTED:
            return None
        return (self.change.difference > 0) == WANTED[direction]


def read(scope: Scope, names: Sequence[str]) -> dict[str, Reading]:
    """Return the readings of metrics under a scope."""
    known = catalogue(scope.generation)
    needed = _with_parts(known, names)
    totals = values(scope, needed).row(0, named=True)
    by_term = _by_term(scope, [name for name in needed if known.dimension(known.model(name), "term_label")])
    intervals = _intervals(scope, known, [name for name in names if _is_count_rate(known, name)], totals)
    found = {}
    for name in names:
        definition = known.metric(name)
        found[name] = Reading(
            name=name,
            label=definition.label,
            unit=definition.unit,
            value=totals[name],
            explanation=_explanation(scope, known, definition),
            receipt=query(scope, [name]),
            filters=scope.filters,
            interval=intervals.get(name),
            numerator=totals.get(definition.numerator or ""),
            denominator=totals.get(definition.denominator or ""),
            part_unit=_part_unit(known, definition),
            mature_share=_mature_share(definition, totals),
            unknown=totals.get(definition.unknown or ""),
            change=_change(known, definition, by_term, scope, intervals.get(name)),
            rows=rows_behind(scope, name),
            notes=_notes(scope, definition, intervals.get(name)),
            is_metric=True,
        )
    return found


def _with_parts(known: Catalogue, names: Sequence[str]) -> list[str]:
    """Add to the metrics their numerators, denominators, cohorts and unknowns."""
    needed = dict.fromkeys(names)
    for name in names:
        definition = known.metric(name)
        needed |= dict.fromkeys(each for each in (definition.numerator, definition.denominator) if each)
        needed |= dict.fromkeys([*definition.cohort, *([definition.unknown] if definition.unknown else [])])
    return list(needed)


def _is_count_rate(known: Catalogue, name: str) -> bool:
    """Tell whether a rate counts units, so that it has a binomial interval; a share of money has none."""
    definition = known.metric(name)
    return bool(definition.numerator) and definition.unit == "share" and _part_unit(known, definition) != "USD"


def _part_unit(known: Catalogue, definition: Definition) -> str:
    return known.metric(definition.numerator).unit if definition.numerator else definition.unit


def _intervals(
    scope: Scope, known: Catalogue, names: Sequence[str], totals: Mapping[str, Any]
) -> dict[str, Interval | None]:
    """Return Wilson's intervals: platform figures cluster by employer, employer figures by project.

    One statement for all rates of a mart and term.
    """
    clusters: dict[str | None, list[str]] = {}
    for name in names:
        clusters.setdefault(_cluster(scope, known.model(name)), []).append(name)
    found: dict[str, Interval | None] = {}
    for cluster, among in clusters.items():
        if cluster is None:
            found |= {name: _plain_interval(known.metric(name), totals) for name in among}
        else:
            sums = cluster_sums(scope, among, cluster)
            found |= {name: clustered_wilson_of_sums(**sums[name]) for name in among}
    return found


def _plain_interval(definition: Definition, totals: Mapping[str, Any]) -> Interval | None:
    return wilson(totals[str(definition.numerator)], totals[str(definition.denominator)])


def _cluster(scope: Scope, model: Model) -> str | None:
    """Return what the units of a model come in, or None where each stands alone or the mart does not say."""
    cluster = CLUSTERS[0] if scope.host_id is None else CLUSTERS[1]
    return cluster if cluster in model.entities and cluster != model.entity else None


def _mature_share(definition: Definition, totals: dict[str, float | None]) -> float | None:
    """Return the denominator's share of the whole cohort; the rest is too young, or was not watched long enough."""
    cohort = [totals[name] or 0.0 for name in definition.cohort]
    whole, mature = sum(cohort[:1]) - sum(cohort[1:]), totals.get(definition.denominator or "")
    return None if whole <= 0 or mature is None else mature / whole


def _by_term(scope: Scope, names: Sequence[str]) -> pl.DataFrame:
    """Return the metrics by term over all terms, whatever period and terms the filters name."""
    open_terms = replace(scope, filters=replace(scope.filters.without("term_label"), period="All time"))
    return values(open_terms, names, by="term_label") if names else pl.DataFrame({GROUP: []})


def _change(
    known: Catalogue, definition: Definition, by_term: pl.DataFrame, scope: Scope, interval: Interval | None
) -> Change | None:
    """Compare the latest term that is fit for it with the same term a year earlier.

    Units of a term come in the same clusters as all together, so the change is as uncertain by the same design effect.
    """
    effect = interval.design_effect if interval else None
    grows = definition.model in GROWING and not definition.window_days and definition.expression != "1"
    if grows or definition.name not in by_term.columns:
        return None
    picked = scope.filters.values("term_label")
    rows = {row[GROUP]: row for row in by_term.iter_rows(named=True) if row[GROUP]}
    fit = [term for term, row in rows.items() if _is_fit(definition, row, scope) and (not picked or term in picked)]
    for term in sorted(fit, key=term_key, reverse=True):
        base = rows.get(year_before(term))
        if base and _is_fit(definition, base, scope):
            difference = _difference(known, definition, rows[term], base, effect or 1.0)
            return Change(term, year_before(term), rows[term][definition.name], base[definition.name], difference)
    return None


def _difference(
    known: Catalogue, definition: Definition, row: Mapping[str, Any], base: Mapping[str, Any], effect: float
) -> Interval | None:
    """Return the interval of the change of a rate that counts units, each count divided by the design effect."""
    if not _is_count_rate(known, definition.name):
        return None
    numerator, denominator = str(definition.numerator), str(definition.denominator)
    counts = (each[part] / effect for each in (row, base) for part in (numerator, denominator))
    return newcombe(*counts)


def _is_fit(definition: Definition, row: dict[str, float | None], scope: Scope) -> bool:
    """Tell whether a term's value is fit to be compared: enough units, and half of its cohort mature."""
    if row[definition.name] is None or not is_over(str(row[GROUP]), scope.generation.as_of.date()):
        return False
    if not definition.is_rate:
        return bool(row[definition.name])
    share = _mature_share(definition, row)
    return (row[str(definition.denominator)] or 0) >= LEAST_FOR_CHANGE and (
        share is None or share >= LEAST_MATURE_SHARE
    )


def _explanation(scope: Scope, known: Catalogue, definition: Definition) -> Explanation:
    is_untold = scope.is_untold and definition.model in UNTOLD_MODELS
    parts = [known.metric(part).label for part in (definition.numerator, definition.denominator) if part]
    words = [each for each in (definition.numerator_in_words, definition.denominator_in_words) if each]
    return Explanation(
        text=f"{definition.description} {UNTOLD}" if is_untold else definition.description,
        formula=" / ".join(words or parts) if definition.is_rate else definition.numerator_in_words or definition.unit,
        clock=definition.clock,
        window=f"{definition.window_days} days" if definition.window_days else "none",
        owner=definition.owner,
        direction=definition.direction,
    )


def _notes(scope: Scope, definition: Definition, interval: Interval | None) -> tuple[str, ...]:
    notes = [f"{word} does not apply" for word in ignored_filters(scope, definition.name)]
    model = catalogue(scope.generation).models[definition.model]
    if interval is not None and interval.design_effect is None and _cluster(scope, model):
        notes.append("fewer than 10 clusters: the interval takes units as independent")
    return tuple(notes)
