"""Rows that do not come from the course of the marketplace: employers, domains, feeds, word maps, costs."""

import numpy as np
import polars as pl

from pipelines.sample.arrays import labels
from pipelines.sample.ats_rows import JOBS, OWN_WORDS_EMPLOYER, job_frame, systems
from pipelines.sample.clock import DAY, END, MONTH_EDGES, MONTHS, NEVER_DAY, Delivery
from pipelines.sample.employers import Employers
from pipelines.sample.history import History
from pipelines.sample.landing import Landing
from pipelines.sample.plan import Plan
from pipelines.sample.streams import Floats, Ints, lognormal
from pipelines.sample.words import ATS_SYSTEMS, EMPLOYMENT_WORDS, OTHER_WORDS, OWN_WORDS, SIZE_BANDS

DOMAINS = History("verified_at")
COSTS = History("_known_at")
OWN_WORDS_KNOWN_FROM = 1
COST_LINES: tuple[tuple[str, float, str], ...] = (
    ("external_advertising", 900.0, ""),
    ("external_job_fairs", 1400.0, ""),
    ("external_technology", 650.0, ""),
    ("external_agency", 2600.0, ""),
    ("internal_recruiter_time", 26.0, "money.recruiter_rate_usd"),
    ("internal_manager_time", 11.0, "money.manager_rate_usd"),
    ("internal_supervisor_time", 9.0, "money.manager_rate_usd"),
    ("internal_screening_time", 7.0, "money.recruiter_rate_usd"),
)
"""Cost type, typical amount or hours of a month, and the hourly rate where the line is time."""


def add_static(plan: Plan, employers: Employers, landing: Landing) -> None:
    """Hand over everything that is known beforehand; snapshots once per delivery."""
    for delivery in plan.deliveries:
        landing.append("employers", delivery.index, employers_at(plan, employers, delivery))
        landing.append("outcome_feeds", delivery.index, feeds_at(employers, delivery))
    last = plan.deliveries[-1]
    landing.census["employers"] = employers_at(plan, employers, last).height
    landing.census["outcome_feeds"] = feeds_at(employers, last).height
    landing.add("employer_domains", domain_frame(employers), DOMAINS)
    landing.add("ats_jobs", job_frame(employers), JOBS)
    landing.append("employment_type_map", 0, word_map(employers).filter(pl.col("employer_id") == "*"))
    own = word_map(employers).filter(pl.col("employer_id") != "*")
    landing.append("employment_type_map", min(OWN_WORDS_KNOWN_FROM, last.index), own)
    landing.census["employment_type_map"] = word_map(employers).height
    for month in range(MONTHS):
        landing.add("costs", cost_frame(plan, employers, month), COSTS)


def employers_at(plan: Plan, employers: Employers, delivery: Delivery) -> pl.DataFrame:
    """Return the snapshot of ``employers``: one grows silently in the middle, the last one disappears near the end."""
    last, middle = plan.deliveries[-1].index, plan.deliveries[-1].index // 2
    frame = employers.base_frame.filter(pl.col("joined_at") <= delivery.moment)
    grown = (pl.int_range(pl.len()) == min(4, employers.count - 2)) & pl.lit(delivery.index > middle)
    grown_to = pl.when(grown).then(pl.lit(SIZE_BANDS[-1])).otherwise(pl.col("size_band"))
    gone = (pl.col("employer_id") == employers.ids[-1]) & pl.lit(delivery.index >= last)
    return frame.with_columns(size_band=grown_to).filter(~gone)


def domain_frame(employers: Employers) -> pl.DataFrame:
    """Return the rows of ``employer_domains``; every seventh employer has a second domain."""
    second = employers.numbers[employers.numbers % 7 == 3]
    numbers = np.concatenate([employers.numbers[:-1], second[second < employers.count - 1]])
    extra = np.arange(len(numbers)) >= employers.count - 1
    domains = [f"jobs-{employers.domains[number]}" if more else employers.domains[number]
               for number, more in zip(numbers.tolist(), extra.tolist(), strict=True)]  # fmt: skip
    return pl.DataFrame(
        {
            "employer_id": employers.ids.gather(numbers),
            "domain": domains,
            "verified_at": np.minimum(employers.joined[numbers] + 3 * DAY, END - DAY),
        }
    )


def feeds_at(employers: Employers, delivery: Delivery) -> pl.DataFrame:
    """Return the snapshot of ``outcome_feeds``: silent feeds keep their last word, ended ones say so."""
    today = delivery.moment // DAY
    fed = employers.numbers[
        (employers.system >= 0) & (employers.observed_from <= today) & (employers.joined <= delivery.moment)
    ]
    ended = employers.ends_on[fed] <= today
    spoke = np.minimum(np.minimum(employers.silent_since[fed], employers.ends_on[fed]), today - 1)
    return pl.DataFrame(
        {
            "employer_id": employers.ids.gather(fed),
            "system": systems(employers, fed),
            "observable_from": employers.observed_from[fed],
            "observable_to": np.where(ended, employers.ends_on[fed], NEVER_DAY),
            "last_synced_at": (spoke + 1) * DAY - 3600,
            "updated_at": (spoke + 1) * DAY - 3600,
        }
    )


def word_map(employers: Employers) -> pl.DataFrame:
    """Return the rows of ``employment_type_map``: each system's words, and the own words of one employer."""
    rows: list[tuple[str, str, str, bool, bool]] = []
    for system in ATS_SYSTEMS:
        full_time, internship = EMPLOYMENT_WORDS[system]
        rows.append(("*", system, full_time.lower(), True, False))
        rows.append(("*", system, internship.lower(), False, True))
        rows += [("*", system, word.lower(), False, False) for word in OTHER_WORDS[system]]
    rows.append(("*", "*", "full-time", True, False))
    owner = employers.ids[OWN_WORDS_EMPLOYER]
    own_system = ATS_SYSTEMS[int(employers.system[OWN_WORDS_EMPLOYER])]
    rows.append((owner, own_system, OWN_WORDS[0].lower(), True, False))
    rows.append((owner, own_system, OWN_WORDS[1].lower(), False, True))
    schema = ["employer_id", "system", "value", "is_full_time", "is_internship"]
    return pl.DataFrame(rows, schema=schema, orient="row")


def cost_frame(plan: Plan, employers: Employers, month: int) -> pl.DataFrame:
    """Return the cost lines of one month, known on the fifth of the next one."""
    reports = plan.chance("money.reports_costs_share", employers.numbers) | (employers.numbers < 3)
    present = (employers.joined < MONTH_EDGES[month]) & (employers.left > MONTH_EDGES[month + 1])
    numbers = employers.numbers[reports & present & (employers.demand > 0)]
    line, number = (part.ravel() for part in np.meshgrid(np.arange(len(COST_LINES)), numbers, indexing="ij"))
    rng = plan.rng("costs", month)
    kept = rng.random(len(line)) < 0.7
    line, number = line[kept], number[kept]
    size = (employers.demand / employers.demand[0]) ** 0.45
    quantity = (
        np.array([amount for _, amount, _ in COST_LINES])[line] * size[number] * lognormal(rng, len(line), 1.0, 0.4)
    )
    rates = np.array([plan.number(rate) if rate else np.nan for _, _, rate in COST_LINES])[line]
    is_time = ~np.isnan(rates)
    hours = np.maximum(np.round(quantity * 2) / 2, 0.5)
    return pl.DataFrame(
        {
            "cost_id": labels("C", (number + 1) * 10_000 + month * 100 + line, 9),
            "employer_id": employers.ids.gather(number),
            "period_month": np.full(len(line), int(MONTH_EDGES[month]) // DAY, dtype=np.int64),
            "cost_type": [COST_LINES[index][0] for index in line.tolist()],
            "hours": _where(is_time, hours),
            "hourly_rate_usd": _where(is_time, rates),
            "amount_usd": np.round(np.where(is_time, hours * np.nan_to_num(rates), quantity), 2),
            "_known_at": np.full(len(line), int(MONTH_EDGES[month + 1]) + 4 * DAY, dtype=np.int64),
        }
    )


def _where(kept: Ints | Floats, values: Floats) -> pl.Series:
    return pl.Series(np.where(kept, values, np.nan)).fill_nan(None)
