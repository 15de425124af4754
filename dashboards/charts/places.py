"""Where each state stands on a grid of tiles: near its neighbours, all of one size, so that small ones can be read."""

_ROWS = (
    "AK .. .. .. .. .. .. .. .. .. ME",
    ".. .. .. .. .. .. .. .. .. VT NH",
    "WA ID MT ND MN IL WI MI NY RI MA",
    "OR NV WY SD IA IN OH PA NJ CT ..",
    "CA UT CO NE MO KY WV VA MD DE ..",
    ".. AZ NM KS AR TN NC SC DC .. ..",
    ".. .. .. OK LA MS AL GA .. .. ..",
    "HI .. .. TX .. .. .. .. FL .. PR",
)

COLUMN_COUNT = len(_ROWS[0].split())
ROW_COUNT = len(_ROWS)

PLACES: dict[str, tuple[int, int]] = {
    state: (column, row)
    for row, line in enumerate(_ROWS)
    for column, state in enumerate(line.split())
    if state.strip(".")
}
"""State -> column from the left and row from the top."""
