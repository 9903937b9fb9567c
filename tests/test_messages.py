"""What people are told is written in sentences, wherever it is written."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

import viewer
from viewer.dicom import report

ROOT = Path(viewer.__file__).parents[1]
ROOTS = {"ViewerError", "AIError"}
NOTES = {report.info.__name__, report.warning.__name__, report.error.__name__}
MODULES = {
    path.relative_to(ROOT): ast.parse(path.read_text("utf-8"))
    for folder in ("viewer", "ai")
    for path in sorted((ROOT / folder).rglob("*.py"))
}


def kinds_of_error(trees: Iterable[ast.Module]) -> set[str]:
    """Names of the classes below the roots of the errors."""
    classes = [n for tree in trees for n in tree.body if isinstance(n, ast.ClassDef)]
    kinds: set[str] = set()
    found = set(ROOTS)
    while found > kinds:
        kinds = set(found)
        found |= {
            c.name for c in classes for b in c.bases if isinstance(b, ast.Name) and b.id in kinds
        }
    return kinds


def messages() -> Iterator[tuple[str, str, str]]:
    """Place, beginning and end of every message; empty where they are computed."""
    errors = kinds_of_error(MODULES.values())
    for path, tree in MODULES.items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            index = 0 if node.func.id in errors else 1 if node.func.id in NOTES else None
            if index is not None and len(node.args) > index:
                yield f"{path}:{node.lineno}", *_ends(node.args[index])


def _ends(message: ast.expr) -> tuple[str, str]:
    if isinstance(message, ast.BinOp):
        return _ends(message.left)[0], _ends(message.right)[1]
    parts = message.values if isinstance(message, ast.JoinedStr) else [message]
    first, last = (p.value if isinstance(p, ast.Constant) else "" for p in (parts[0], parts[-1]))
    return str(first), str(last)


@pytest.mark.parametrize(
    ("place", "beginning", "end"), [pytest.param(*m, id=m[0]) for m in messages()]
)
def test_a_message_is_a_sentence(place: str, beginning: str, end: str) -> None:
    assert not beginning or beginning[0].isupper(), beginning
    assert not end or end[-1] in ".:", end


def test_messages_are_found() -> None:
    assert len(list(messages())) > 100
