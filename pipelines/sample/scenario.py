"""Four ways to say how many completers are hired within a year, beside the truth: ``make example``.

Most completers finished too lately for their year to be over, and most who are hired are hired elsewhere. What counts
all completers is too low, what treats a hire elsewhere as not yet hired is too high; both curves are the published
macros' own text (dbt_project/macros), here run on draws whose truth is known in closed form.
"""

from pathlib import Path

import duckdb
import jinja2
import numpy as np
import polars as pl
import typer

from pipelines.sample.outcomes import HOST, Scenario, draw_pairs, true_incidence

MACROS = Path(__file__).resolve().parents[2] / "dbt_project" / "macros"
YEAR = 365
DRAWS, COMPLETERS = 200, 7130

ESTIMATORS = {
    "aalen_johansen": "Aalen-Johansen, a hire elsewhere competes",
    "matured": "Hires / completers whose year is over",
    "naive": "Hires so far / all completers",
    "one_minus_kaplan_meier": "One minus Kaplan-Meier, a hire elsewhere is censored",
}


def curve_sql(macro: str, relation: str) -> str:
    """Return the macro's text over a relation with entry_days, exit_days, event_code and group_key."""
    texts = "".join((MACROS / f"{name}.sql").read_text() for name in ("risk_sets", macro))
    module = jinja2.Environment().from_string(texts).module
    return str(getattr(module, macro)(relation))


def curve_of(connection: duckdb.DuckDBPyConnection, macro: str, pairs: pl.DataFrame) -> pl.DataFrame:
    """Return the macro's rows, one curve per group_key, in the order of their days."""
    connection.register("pairs", pairs.select("entry_days", "exit_days", "event_code", "group_key").to_arrow())
    found = connection.execute(f"select * from ({curve_sql(macro, 'pairs')}) as curves order by group_key, day")
    return pl.DataFrame(found.to_arrow_table())


def at_day(curves: pl.DataFrame, day: int) -> pl.DataFrame:
    """Return each curve's last row up to the day, in the order of the groups."""
    return (
        curves.filter(pl.col("day") <= day).sort("group_key", "day").group_by("group_key", maintain_order=True).last()
    )


def drawn_pairs(draws: int, completers: int, seed: int, scenario: Scenario) -> pl.DataFrame:
    """Draw so many sets of completers, one below the other, numbered by group_key; each has a seed of its own."""
    return pl.concat(
        draw_pairs(completers, np.random.default_rng([seed, draw]), scenario).with_columns(group_key=pl.lit(draw))
        for draw in range(draws)
    )


def estimates(
    draws: int = DRAWS, completers: int = COMPLETERS, seed: int = 42, scenario: Scenario | None = None
) -> pl.DataFrame:
    """Return what each estimator says of the first year, one row per draw; mature_count is the matured cohorts' n."""
    scenario = scenario or Scenario()
    pairs = drawn_pairs(draws, completers, seed, scenario)
    with duckdb.connect() as connection:
        competing = at_day(curve_of(connection, "cumulative_incidence", pairs), YEAR)
        alone = at_day(curve_of(connection, "kaplan_meier", pairs), YEAR)
    hired = pl.col("event_code") == HOST
    hired_in_year = hired & (pl.col("exit_days") <= YEAR)
    is_mature = pl.col("completed_day") + YEAR <= int(scenario.as_of_days)
    shares = pairs.group_by("group_key").agg(
        matured=(hired_in_year & is_mature).sum() / is_mature.sum(), naive=hired.mean(), mature_count=is_mature.sum()
    )
    return (
        shares.join(competing.select("group_key", aalen_johansen="host_incidence"), on="group_key")
        .join(alone.select("group_key", one_minus_kaplan_meier=1 - pl.col("survival")), on="group_key")
        .sort("group_key")
    )


def report(found: pl.DataFrame, truth: float) -> str:
    """Return the table that is printed: mean and standard deviation of each estimator in percent, and how far off."""
    lines = [
        f"{'Hired by the host within a year of completing':56}{'mean %':>8}{'sd':>7}{'off':>8}",
        f"{'Truth':56}{truth:8.2f}{'':7}{'':8}",
    ]
    for name, text in ESTIMATORS.items():
        mean, deviation = (100 * float(found.select(each).item()) for each in (pl.mean(name), pl.std(name)))
        lines.append(f"{text:56}{mean:8.2f}{deviation:7.2f}{mean - truth:+8.2f}")
    mature = float(found.select(pl.mean("mature_count")).item())
    lines.append(f"{found.height} draws of {COMPLETERS:,} completers; of {mature:,.0f} of them the year is over.")
    return "\n".join(lines)


def main() -> None:
    """Print the four estimators beside the truth."""
    typer.echo(report(estimates(), 100 * float(true_incidence(float(YEAR)))))


if __name__ == "__main__":
    main()
