"""A project's dates and its fee against the floor of its time."""

from expectations.border_in.contract import shown_key
from expectations.rows import ExpectRowsToHold, rows_hold, stale
from pipelines.contract import Entity

FLOOR_CHANGED = "2024-01-01"
FLOOR_BEFORE_USD, FLOOR_USD = 15, 20
"""Least fee per estimated hour: an assumption; 20 is one platform's policy, undated (see calibration.toml)."""


def rules(entity: Entity) -> list[ExpectRowsToHold]:
    """Return the rules about projects that the contract cannot say."""
    key = shown_key(entity)
    floor = (
        f"each.hours_estimated * case when each.posted_at < timestamp '{FLOOR_CHANGED}' "
        f"then {FLOOR_BEFORE_USD} else {FLOOR_USD} end"
    )
    return [
        rows_hold(
            "fee under the floor",
            f"each.fee_usd < {floor}",
            f"An estimated hour is paid with {FLOOR_USD} USD or more ({FLOOR_BEFORE_USD} before {FLOOR_CHANGED}).",
            key=key,
            column="fee_usd",
        ),
        rows_hold(
            "platform fee above the fee",
            "each.platform_fee_usd > each.fee_usd",
            "The platform's part is a part of the fee.",
            key=key,
            column="platform_fee_usd",
        ),
        rows_hold(
            "closed before posted",
            "each.closed_at < each.posted_at",
            "A project closes after it was posted.",
            key=key,
            column="closed_at",
        ),
        stale("posted_at"),
    ]
