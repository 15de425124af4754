"""Everything that a reader can set: parameters of the address, values of widgets, keys of the session."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Node

DASHBOARDS = Path(__file__).resolve().parents[2] / "dashboards"


@dataclass
class Surface:
    """What one page offers: its bound parameters and the keys that it keeps in the session."""

    parameters: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)


def surface(app: AppTest) -> Surface:
    """Return what may be set on the page as it stands."""
    bound = {name for node in nodes(app._tree) for name in bound_names(node.proto)}
    return Surface(bound | set(app.query_params), set(app.session_state.to_dict()))


def nodes(tree: Any) -> Iterator[Node]:
    """Yield every element and block of a page."""
    for child in tree.children.values():
        yield child
        if hasattr(child, "children"):
            yield from nodes(child)


def bound_names(proto: Any) -> Iterator[str]:
    """Yield the parameters of the address to which a widget or a block is bound."""
    if not isinstance(proto, Message):
        return
    for part, value in proto.ListFields():
        if part.name == "query_param_key" and value:
            yield value
        elif part.message_type and not part.is_repeated:
            yield from bound_names(value)


def sites() -> Iterator[tuple[str, str]]:
    """Yield each expression by which the code names a parameter of the address or a key of the session, by its kind."""
    for path in sorted(DASHBOARDS.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                yield from _of_call(node)
            elif isinstance(node, ast.Subscript):
                yield from _of_state(ast.unparse(node.value), node.slice)


def _of_call(call: ast.Call) -> Iterator[tuple[str, str]]:
    named = {each.arg: each.value for each in call.keywords}
    if "bind" in named:
        yield "address", ast.unparse(named["key"])
    if ast.unparse(call.func) == "choose_row":
        yield "address", ast.unparse(call.args[2])
    if isinstance(call.func, ast.Attribute) and call.args:
        yield from _of_state(ast.unparse(call.func.value), call.args[0])


def _of_state(holder: str, key: ast.expr) -> Iterator[tuple[str, str]]:
    if holder == "st.query_params":
        yield "address", ast.unparse(key)
    elif holder == "st.session_state":
        yield "session", ast.unparse(key)
