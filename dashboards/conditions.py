"""Filters as an analyst writes them: ``category = sales``, ``state in KS, MO``, ``industry is null``."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass

from dashboards.database import DatabaseError, Value
from dashboards.metrics import Dimension

FORMS = (
    "'dimension = value', 'dimension != value', 'dimension in value, value', 'dimension is null' or '... is not null'"
)

_FILTER = re.compile(
    r"\s*(?P<name>[A-Za-z_]\w*)\s*"
    r"(?P<operator>!=|<>|==?|\bnot\s+in\b|\bin\b|\bis\s+not\s+null\b|\bis\s+null\b)\s*(?P<rest>.*?)\s*",
    re.IGNORECASE | re.DOTALL,
)
_SAME = {"==": "=", "<>": "!="}


class MalformedFilterError(DatabaseError):
    """A filter that cannot be read."""

    def __init__(self, text: str, found: str) -> None:
        super().__init__(f"Expected a filter like {FORMS}; found {text!r}: {found}.")


@dataclass(frozen=True)
class Condition:
    """One filter: the dimension as it was written, what is asked of it, and the values, as text."""

    name: str
    operator: str
    values: tuple[str, ...] = ()

    def template(self, column: str, parameter: str) -> str:
        """Return the filter on a column, as SQL that names a parameter and holds no value.

        A row without a value is not equal to any value, so that ``=`` and ``!=`` part all rows in two.
        """
        text = f"cast({column} as varchar)"
        match self.operator:
            case "is null" | "is not null":
                return f"{column} {self.operator}"
            case "=":
                return f"{text} = ${parameter}"
            case "!=":
                return f"{text} is distinct from ${parameter}"
            case "in":
                return f"coalesce(list_contains(${parameter}, {text}), false)"
        return f"not coalesce(list_contains(${parameter}, {text}), false)"

    def bound(self, parameter: str) -> Mapping[str, Value]:
        """Return the values to bind to the parameter, if the filter has any."""
        if not self.values:
            return {}
        return {parameter: self.values if "in" in self.operator else self.values[0]}


def condition(text: str) -> Condition:
    """Read a filter; raise MalformedFilterError, which shows the forms that are understood."""
    found = _FILTER.fullmatch(text)
    if found is None:
        raise MalformedFilterError(text, "no dimension, no comparison, or another one")
    operator, rest = " ".join(found["operator"].lower().split()), found["rest"]
    operator = _SAME.get(operator, operator)
    if operator.startswith("is"):
        if rest:
            raise MalformedFilterError(text, f"{rest!r} after {operator!r}")
        return Condition(found["name"], operator)
    try:
        values = _listed(rest) if "in" in operator else (_unquoted(rest),)
    except csv.Error as error:
        raise MalformedFilterError(text, "a list with a line break, or a quote that ends too early or never") from error
    if not values or not all(values):
        raise MalformedFilterError(text, f"no value after {operator!r}, or none between two commas")
    return Condition(found["name"], operator, values)


def column_of(dimension: Dimension) -> str:
    """Return a dimension as it stands in MetricFlow's templates; a date is compared as its day."""
    if dimension.is_key:
        return f"{{{{ Entity('{dimension.name}') }}}}"
    if dimension.grain is not None:
        return f"cast({{{{ TimeDimension('{dimension.name}', '{dimension.grain}') }}}} as date)"
    return f"{{{{ Dimension('{dimension.name}') }}}}"


def _listed(text: str) -> tuple[str, ...]:
    """Return the values of a list, in brackets or not; a value with a comma or a line break stands in quotes."""
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1]
    quote = "'" if text.lstrip().startswith("'") else '"'
    rows = list(csv.reader([text], skipinitialspace=True, quotechar=quote, strict=True))
    return tuple(value.strip() for value in rows[0]) if rows else ()


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text
