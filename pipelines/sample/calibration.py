"""Reads ``calibration.toml``: every parameter of the sample with its value, source and class, checked on load."""

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from pipelines.sample.outcomes import Scenario

Evidence = Literal["published", "proxy", "assumption"]
Value = float | tuple[float, ...] | dict[str, float]
CALIBRATION_FILE = Path(__file__).with_name("calibration.toml")


class CalibrationError(ValueError):
    """A parameter is missing, malformed, or outside what it may be."""


@dataclass(frozen=True)
class Parameter:
    """One figure of the marketplace, and how well it is known."""

    name: str
    value: Value
    source: str
    evidence: Evidence


@dataclass(frozen=True)
class Calibration:
    """All parameters by ``section.name``."""

    parameters: dict[str, Parameter]

    def _value(self, name: str) -> Value:
        try:
            return self.parameters[name].value
        except KeyError:
            raise CalibrationError(f"no parameter {name!r} in {CALIBRATION_FILE.name}") from None

    def number(self, name: str) -> float:
        """Return a parameter that is one number."""
        value = self._value(name)
        if isinstance(value, float):
            return value
        raise CalibrationError(f"{name}: expected a number, found {value!r}")

    def numbers(self, name: str) -> tuple[float, ...]:
        """Return a parameter that is a list of numbers."""
        value = self._value(name)
        if isinstance(value, tuple):
            return value
        raise CalibrationError(f"{name}: expected a list of numbers, found {value!r}")

    def table(self, name: str) -> dict[str, float]:
        """Return a parameter that is a table of numbers by word."""
        value = self._value(name)
        if isinstance(value, dict):
            return value
        raise CalibrationError(f"{name}: expected a table of numbers, found {value!r}")

    def changed(self, **values: Value) -> "Calibration":
        """Return a copy with other values; a name's dot is written as two underscores (``selection__ability=0``)."""
        changed = dict(self.parameters)
        for written, value in values.items():
            name = written.replace("__", ".")
            self._value(name)
            changed[name] = replace(changed[name], value=_clean(name, value))
        return Calibration(changed)

    @property
    def scenario(self) -> Scenario:
        """Return the outcome scenario of the sample's completers."""
        return Scenario(
            host_share=self.number("outcomes.host_share"),
            host_scale_months=self.number("outcomes.host_scale_months"),
            elsewhere_share=self.number("outcomes.elsewhere_share"),
            elsewhere_scale_months=self.number("outcomes.elsewhere_scale_months"),
        )


def _clean(name: str, value: Any) -> Value:
    """Return the value as float, tuple or table; a parameter that ends in ``_share`` lies in 0 to 1."""
    if isinstance(value, bool) or not isinstance(value, (int, float, list, tuple, dict)):
        raise CalibrationError(f"{name}: expected a number, a list or a table of numbers, found {value!r}")
    if isinstance(value, dict):
        return {str(word): float(number) for word, number in value.items()}
    if isinstance(value, (list, tuple)):
        return tuple(float(number) for number in value)
    if name.endswith("_share") and not 0 <= value <= 1:
        raise CalibrationError(f"{name}: expected a share from 0 to 1, found {value}")
    if value < 0 and not name.startswith("effects."):
        raise CalibrationError(f"{name}: expected a number of at least 0, found {value}")
    return float(value)


def _parameter(name: str, entry: Any) -> Parameter:
    if not isinstance(entry, dict) or set(entry) != {"value", "source", "class"}:
        raise CalibrationError(f"{name}: expected value, source and class, found {entry!r}")
    if entry["class"] not in get_args(Evidence):
        raise CalibrationError(f"{name}: class is {entry['class']!r}, expected one of {get_args(Evidence)}")
    if not str(entry["source"]).strip():
        raise CalibrationError(f"{name}: source is blank")
    return Parameter(name, _clean(name, entry["value"]), entry["source"], entry["class"])


def parse_calibration(text: str) -> Calibration:
    """Return the checked parameters of a calibration text in TOML."""
    sections = tomllib.loads(text)
    found = {
        f"{section}.{name}": _parameter(f"{section}.{name}", entry)
        for section, entries in sections.items()
        for name, entry in entries.items()
    }
    return Calibration(found)


@cache
def default_calibration() -> Calibration:
    """Return the calibration that ships with the sample."""
    return parse_calibration(CALIBRATION_FILE.read_text(encoding="utf-8"))
