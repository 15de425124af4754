"""Which pages ask for a metric: read from the pages' own code."""

import ast
from functools import lru_cache
from pathlib import Path

from dashboards.navigation import PAGES, PageEntry

ROOM = Path(__file__).parent


def pages_with(metric: str) -> tuple[PageEntry, ...]:
    """Return the pages whose code, or whose slices' code, names a metric."""
    return tuple(page for page in PAGES if metric in _words(page.file))


@lru_cache(maxsize=64)
def _words(file: str) -> frozenset[str]:
    """Return the texts in a page's file and in what it imports from the slices."""
    path = ROOM / file
    if not path.exists():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    words = _texts(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("dashboards.slices"):
            for alias in node.names:
                words |= _imported(str(node.module), alias.name)
    return frozenset(words)


def _imported(module: str, name: str) -> set[str]:
    """Return the texts of a module, or of the one function or constant that is imported from it."""
    folder = ROOM.joinpath(*module.split(".")[1:])
    if (whole := folder / f"{name}.py").exists():
        return _texts(ast.parse(whole.read_text(encoding="utf-8")))
    tree = ast.parse(folder.with_suffix(".py").read_text(encoding="utf-8"))
    return {text for node in tree.body if name in _defined(node) for text in _texts(node)}


def _defined(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _texts(tree: ast.AST) -> set[str]:
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
