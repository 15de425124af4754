"""What a build leaves out of the small sample is what hangs on withdrawn consents when counted by hand."""

import duckdb
import pytest

from tests.conftest import Project
from tests.recount.withdrawn import Withdrawn

pytestmark = pytest.mark.slow


def test_the_rows_left_out_are_those_found_by_hand(small: Project) -> None:
    with duckdb.connect(str(small.data / "warehouse" / "analytics.duckdb"), read_only=True) as connection:
        expected = {
            entity: {tuple(map(str, key)) for key in keys}
            for entity, keys in Withdrawn(connection).keys().items()
            if keys
        }
        rows = connection.sql("select * from ops.withdrawn_rows").fetchall()
    found: dict[str, set[tuple[str, ...]]] = {}
    for entity, *parts in rows:
        found.setdefault(entity, set()).add(tuple(part for part in parts if part is not None))
    assert found == expected
    assert {"students", "engagements", "ats_offers", "employments"} <= set(found)
