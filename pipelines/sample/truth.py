"""What the sample planted, in a folder that no model reads: tests compare estimates with it."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow.parquet as pq

from pipelines.sample.careers import Pairs
from pipelines.sample.clock import NEVER_DAY
from pipelines.sample.employers import Employers
from pipelines.sample.people import People
from pipelines.sample.streams import Flags, Ints
from pipelines.sample.student_rows import student_ids

WINDOWS = (90, 180, 365, 730)
NONE, HOST, ELSEWHERE = "none", "host", "elsewhere"


@dataclass
class Truth:
    """Collects planted facts; tables are streamed to Parquet, sums are kept."""

    folder: Path
    people: People
    employers: Employers
    writers: dict[str, Any] = field(default_factory=dict)
    pairs: list[Pairs] = field(default_factory=list)
    starts: list[tuple[Ints, Ints, Ints]] = field(default_factory=list)
    pre_existing: list[Flags] = field(default_factory=list)

    def append(self, table: str, frame: pl.DataFrame) -> None:
        """Add rows to a table of the truth."""
        arrow = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
        if table not in self.writers:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.writers[table] = pq.ParquetWriter(self.folder / f"{table}.parquet", arrow.schema, compression="zstd")
        self.writers[table].write_table(arrow)

    def add_starts(self, person: Ints, employer: Ints, day: Ints) -> None:
        """Remember full-time starts: whether or not any feed shows them."""
        own = day < NEVER_DAY
        self.starts.append((person[own], employer[own], day[own]))

    def finish(self, facts: dict[str, Any]) -> dict[str, Any]:
        """Write the pairs and ``truth.json``; return what it says."""
        pairs = self.pair_table()
        self.append("pairs", pairs)
        for writer in self.writers.values():
            writer.close()
        told = {**facts, "hire_through": curve(pairs), "lift": lift(pairs)}
        text = json.dumps(told, indent=2, sort_keys=True, ensure_ascii=False)
        (self.folder / "truth.json").write_text(text + "\n", encoding="utf-8")
        return told

    def pair_table(self) -> pl.DataFrame:
        """Return one row per person and host that completed, with the uncensored first full-time start."""
        columns = {name: np.concatenate([getattr(each, name) for each in self.pairs]) for name in Pairs.__annotations__}
        host = self.employers.host[columns["employer"]]
        who, where, when = (np.concatenate(part) for part in zip(*self.starts, strict=True))
        started_at = np.where(where >= 0, self.employers.host[np.maximum(where, 0)], -1)
        first = pl.DataFrame({"person": who, "started_at": started_at, "start": when}).sort("start", "person")
        first = first.unique("person", keep="first", maintain_order=True)
        table = pl.DataFrame(
            {
                "person": columns["person"],
                "host": host,
                "completed": columns["day"],
                "is_pre_existing": np.concatenate(self.pre_existing),
                "is_caused": columns["is_caused"],
                "probability_if_completed": columns["probability"],
                "probability_if_not": columns["baseline"],
            }
        )
        table = table.sort("completed", "person", "host").unique(["person", "host"], keep="first", maintain_order=True)
        table = table.join(first, on="person", how="left", maintain_order="left")
        at_risk = pl.col("start").is_null() | (pl.col("start") > pl.col("completed"))
        event = (
            pl.when(pl.col("start").is_null()).then(pl.lit(NONE))
            .when(pl.col("started_at") == pl.col("host")).then(pl.lit(HOST)).otherwise(pl.lit(ELSEWHERE))
        )  # fmt: skip
        return table.select(
            pl.Series("person_id", student_ids(table["person"].to_numpy())),
            pl.Series("host_id", self.employers.ids.gather(table["host"].to_numpy())),
            pl.col("completed").cast(pl.Int32).cast(pl.Date).alias("completed_date"),
            event.alias("event"),
            (pl.col("start") - pl.col("completed")).alias("event_days"),
            at_risk.alias("is_at_risk"),
            "is_pre_existing",
            (pl.col("is_caused") & (event == HOST)).alias("is_caused"),
            "probability_if_completed",
            "probability_if_not",
        )


def curve(pairs: pl.DataFrame) -> dict[str, Any]:
    """Return the planted cumulative incidence without any censoring, over pairs at risk and not pre-existing."""
    risk = pairs.filter(pl.col("is_at_risk") & ~pl.col("is_pre_existing"))
    told: dict[str, Any] = {"pairs": pairs.height, "pairs_at_risk": risk.height}
    for event in (HOST, ELSEWHERE):
        for window in WINDOWS:
            happened = risk.filter((pl.col("event") == event) & (pl.col("event_days") <= window)).height
            told[f"{event}_{window}_days"] = round(happened / max(risk.height, 1), 6)
    return told


def lift(pairs: pl.DataFrame) -> dict[str, float]:
    """Return the planted causal effect on the treated.

    The probabilities are those of an eventual hire by the host before anything competes; ``caused_<n>_days`` is the
    share of completers whom the host hired within the window and would not have hired without the completion.
    """
    risk = pairs.filter(pl.col("is_at_risk") & ~pl.col("is_pre_existing"))
    treated, untreated = risk["probability_if_completed"].mean(), risk["probability_if_not"].mean()
    if not isinstance(treated, float) or not isinstance(untreated, float):
        return {}
    caused = risk.filter(pl.col("is_caused"))
    within = {
        f"caused_{window}_days": round(caused.filter(pl.col("event_days") <= window).height / risk.height, 6)
        for window in WINDOWS
    }
    return {
        "probability_if_completed": round(treated, 6),
        "probability_if_not": round(untreated, 6),
        "risk_difference_on_completers": round(treated - untreated, 6),
        "incremental_hires": float(caused.height),
        **within,
    }
