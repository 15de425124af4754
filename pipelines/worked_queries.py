"""Worked queries for analysts: dbt's analyses, with the tables named as the published file names them."""

import re
from collections.abc import Mapping
from typing import Any

import polars as pl

WORKED_COMMENT = "One row per worked query: a question of this business and the statement that answers it on this file."
WORKED_COLUMNS = {
    "name": "Name of the query, as of its file in dbt_project/analyses.",
    "question": "What it answers.",
    "description": "How it counts, and what to watch for.",
    "metrics": "Metrics of the dictionary that it restates, separated by commas; blank where it restates none.",
    "sql": "The statement.",
}

_REFERENCE = re.compile(r"\{\{\s*ref\(\s*['\"](\w+)['\"]\s*\)\s*\}\}")
_METRICS = "Metrics: "


def worked_queries(manifest: Mapping[str, Any]) -> pl.DataFrame:
    """Return one row per analysis of a dbt manifest, in the columns of ``WORKED_COLUMNS``."""
    analyses = [node for node in manifest["nodes"].values() if node["resource_type"] == "analysis"]
    rows = [worked_query(str(node["name"]), node["raw_code"]) for node in analyses]
    return pl.DataFrame(rows, schema=dict.fromkeys(WORKED_COLUMNS, pl.String)).sort("name")


def worked_query(name: str, text: str) -> dict[str, str | None]:
    """Return one analysis as a row: its opening comment is the question, what to watch for, the metrics it restates."""
    lines = text.strip().splitlines()
    opening = [line.removeprefix("--").strip() for line in lines[: _code_starts(lines)]]
    words, _, metrics = " ".join(opening).partition(_METRICS)
    question, mark, rest = words.partition("?")
    return {
        "name": name,
        "question": question + mark,
        "description": rest.strip(),
        "metrics": metrics or None,
        "sql": _REFERENCE.sub(r"marts.\1", text.strip()),
    }


def _code_starts(lines: list[str]) -> int:
    return next((place for place, line in enumerate(lines) if not line.startswith("--")), len(lines))
