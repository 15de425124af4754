"""The tiles of the talent pool."""

from dashboards.formats import count_text
from dashboards.readings import Explanation, Reading
from dashboards.scope import Scope
from dashboards.slices import talent

POOL = (
    "People with approved work here in this slice who agree to be contacted and were not hired here yet. "
    "Whether they work elsewhere by now is not shown."
)


def readings(scope: Scope) -> list[Reading]:
    """Return the pool's size, and how many of it are well rated, wanted and about to graduate."""
    found = talent.counts(scope)
    return [
        _tile(scope, "all", "People to invite back", POOL, found["all"], "agree to be contacted, not hired here yet"),
        _tile(
            scope,
            "rated",
            "Rated 4 or better",
            "People of the pool whose mean rating by us is 4 or more, of 5.",
            found["rated"],
            f"of {found['with_rating']:,} whom we rated",
        ),
        _tile(
            scope,
            "wanted",
            "We would hire",
            "People of the pool of whom we said that we would hire them each time we were asked.",
            found["wanted"],
            f"of {found['with_answer']:,} for whom we answered",
        ),
        _tile(
            scope,
            "graduating",
            "Graduate within 12 months",
            "People of the pool whose graduation lies in the twelve months after the data.",
            found["graduating"],
            f"graduation known of {count_text(found['with_graduation'], 'person', 'people')}",
        ),
    ]


def _tile(scope: Scope, who: str, label: str, text: str, value: int, note: str) -> Reading:
    return Reading(
        name=f"talent_{who}",
        label=label,
        unit="count",
        value=value,
        explanation=Explanation(text, "count of people", "approval of the work", "", ""),
        receipt=talent.pool_query(scope, who),
        filters=scope.filters,
        rows=talent.rows_of(scope, who),
        notes=(note,),
    )
