"""The journal knows its steps, and each of them is reached by somebody."""

import ast

import pytest

from pipelines.journal import STEPS, reached
from tests.conftest import ROOT


def test_an_unknown_step_is_an_error() -> None:
    with pytest.raises(ValueError, match="expected a step"):
        reached("publish.dreamt")


def test_every_step_is_reached_at_one_place() -> None:
    calls = [
        node.args[0].value
        for path in sorted((ROOT / "pipelines").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "reached"
        if isinstance(node.args[0], ast.Constant)
    ]
    assert sorted(map(str, calls)) == sorted(STEPS)
