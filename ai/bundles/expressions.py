"""``$`` expressions of a bundle: parsed once, held against a list, and only then computed."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from ai.errors import PackageError

#: No honest expression of a network's or a transform's arguments is longer.
MAX_LENGTH = 1000
#: Elements of a sequence, and size of a number, that an expression may compute.
_MOST_ELEMENTS = 1000
_LARGEST = 1e12

REFERENCE = re.compile(r"@(\w+(?:(?:#|::)\w+)*)")
_PLACEHOLDER = "__reference_"

_BINARY: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_UNARY: Mapping[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
}
_COMPARISON: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
}
_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "bool": bool,
    "float": float,
    "int": int,
    "len": len,
    "list": list,
    "max": max,
    "min": min,
    "tuple": tuple,
}


@dataclass(frozen=True)
class Names:
    """What an expression may name beside the functions of this module.

    Parameters
    ----------
    is_value, is_function : callable
        Whether a dotted name is a value, or may be called.
    methods : frozenset of str
        Methods that may be called on what a reference gives.
    """

    is_value: Callable[[str], bool]
    is_function: Callable[[str], bool]
    methods: frozenset[str]


@dataclass(frozen=True)
class Surroundings:
    """Where an expression gets what it names, once it was found to name nothing else."""

    reference: Callable[[str], Any]
    value: Callable[[str], Any]
    call: Callable[[str, list[Any], dict[str, Any]], Any]


@dataclass(frozen=True)
class Expression:
    """An expression that names allowed things only.

    Parameters
    ----------
    text : str
    references : tuple of str
        What it refers to, such as ``"network_def"`` or ``"a#b"``.
    """

    text: str
    references: tuple[str, ...]
    _tree: ast.expr

    def compute(self, surroundings: Surroundings) -> Any:
        """Its value.

        Raises
        ------
        PackageError
            It cannot be computed, or gets too large.
        """
        try:
            return _Computation(self, surroundings).of(self._tree)
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            raise PackageError(f"The expression {self.text!r} fails: {error}.") from error


def parse(text: str, names: Names) -> Expression:
    """Read an expression and refuse it unless all of it is known to be harmless.

    Parameters
    ----------
    text : str
        Without the leading ``$``.
    names : Names

    Raises
    ------
    PackageError
        It is no expression, too long, or does something that is not on the list.
    """
    if len(text) > MAX_LENGTH:
        raise PackageError(f"The expression {text[:40]!r}… has {len(text)} characters.")
    references: list[str] = []

    def placeholder(match: re.Match[str]) -> str:
        references.append(match[1])
        return f"{_PLACEHOLDER}{len(references) - 1}"

    source = REFERENCE.sub(placeholder, text).strip()
    try:
        tree = ast.parse(source, mode="eval").body
        _Check(text, names).visit(tree)
    except (SyntaxError, RecursionError, MemoryError, ValueError) as error:
        raise PackageError(f"The expression {text!r} cannot be read: {error}.") from error
    return Expression(text, tuple(references), tree)


def dotted(node: ast.expr) -> str | None:
    """``a.b.c`` of such a node; None where it is anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    return ".".join([node.id, *reversed(parts)])


class _Check(ast.NodeVisitor):
    """Visits every part; what has no method here is refused."""

    def __init__(self, text: str, names: Names) -> None:
        self._text, self._names = text, names

    def generic_visit(self, node: ast.AST) -> NoReturn:
        self._refuse(type(node).__name__)

    def _refuse(self, what: str) -> NoReturn:
        raise PackageError(
            f"The expression {self._text!r} is refused: {what} is not among the things that a"
            " bundle may do.",
            "Bundles are read, not run.",
        )

    def visit_Constant(self, node: ast.Constant) -> None:
        if not isinstance(node.value, str | int | float | bool | None):
            self._refuse(type(node.value).__name__)

    def visit_Name(self, node: ast.Name) -> None:
        if _reference(node) is None and not self._names.is_value(node.id):
            self._refuse(node.id)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        name = dotted(node)
        if name is None or not self._names.is_value(name):
            self._refuse(name or f".{node.attr}")

    def visit_Call(self, node: ast.Call) -> None:
        method = _method(node.func)
        if method is not None:
            if method.attr not in self._names.methods:
                self._refuse(f".{method.attr}()")
        else:
            name = dotted(node.func)
            known = name is not None and (name in _FUNCTIONS or self._names.is_function(name))
            if not known:
                self._refuse(f"{name or 'a call'}()")
        for argument in node.args:
            self.visit(argument)
        for keyword in node.keywords:
            if keyword.arg is None:
                self._refuse("**")
            self.visit(keyword.value)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if type(node.op) not in _BINARY:
            self._refuse(type(node.op).__name__)
        self._all(node.left, node.right)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if type(node.op) not in _UNARY:
            self._refuse(type(node.op).__name__)
        self.visit(node.operand)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        self._all(*node.values)

    def visit_Compare(self, node: ast.Compare) -> None:
        for kind in node.ops:
            if type(kind) not in _COMPARISON:
                self._refuse(type(kind).__name__)
        self._all(node.left, *node.comparators)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self._all(node.test, node.body, node.orelse)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self._all(node.value, node.slice)

    def visit_List(self, node: ast.List) -> None:
        self._all(*node.elts)

    def visit_Tuple(self, node: ast.Tuple) -> None:
        self._all(*node.elts)

    def visit_Dict(self, node: ast.Dict) -> None:
        for key in node.keys:
            if key is None:
                self._refuse("**")
            self.visit(key)
        self._all(*node.values)

    def _all(self, *nodes: ast.expr) -> None:
        for node in nodes:
            self.visit(node)


class _Computation:
    """Computes a tree that was checked."""

    def __init__(self, expression: Expression, surroundings: Surroundings) -> None:
        self._expression, self._surroundings = expression, surroundings

    def of(self, node: ast.expr) -> Any:
        value = self._value(node)
        if isinstance(value, list | tuple | str | dict) and len(value) > _MOST_ELEMENTS:
            raise ValueError(f"it has {len(value)} elements")
        if isinstance(value, int | float) and not abs(value) <= _LARGEST:
            raise ValueError("it is too large a number")
        return value

    def _value(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant():
                return node.value
            case ast.Name() | ast.Attribute():
                reference = _reference(node)
                if reference is not None:
                    path = self._expression.references[reference]
                    return self._surroundings.reference(path)
                return self._surroundings.value(dotted(node) or "")
            case ast.Call():
                return self._call(node)
            case ast.BinOp():
                return self._binary(node)
            case ast.UnaryOp():
                return _UNARY[type(node.op)](self.of(node.operand))
            case ast.BoolOp():
                value = None
                for part in node.values:
                    value = self.of(part)
                    if bool(value) == isinstance(node.op, ast.Or):
                        break
                return value
            case ast.Compare():
                return self._comparison(node)
            case ast.IfExp():
                return self.of(node.body if self.of(node.test) else node.orelse)
            case ast.Subscript():
                return self.of(node.value)[self.of(node.slice)]
            case ast.List():
                return [self.of(part) for part in node.elts]
            case ast.Tuple():
                return tuple(self.of(part) for part in node.elts)
            case ast.Dict():
                keys = [self.of(key) for key in node.keys if key is not None]
                return dict(zip(keys, map(self.of, node.values), strict=True))
        raise TypeError(f"{type(node).__name__} was not checked")

    def _call(self, node: ast.Call) -> Any:
        positional = [self.of(argument) for argument in node.args]
        named = {k.arg: self.of(k.value) for k in node.keywords if k.arg is not None}
        method = _method(node.func)
        if method is not None:
            return getattr(self.of(method.value), method.attr)(*positional, **named)
        name = dotted(node.func) or ""
        if name in _FUNCTIONS:
            return _FUNCTIONS[name](*positional, **named)
        return self._surroundings.call(name, positional, named)

    def _binary(self, node: ast.BinOp) -> Any:
        left, right = self.of(node.left), self.of(node.right)
        if isinstance(node.op, ast.Mult):
            for sequence, times in ((left, right), (right, left)):
                if isinstance(sequence, list | tuple | str) and (
                    not isinstance(times, int) or len(sequence) * times > _MOST_ELEMENTS
                ):
                    raise ValueError(f"it would have {len(sequence)} × {times} elements")
        if isinstance(node.op, ast.Mod) and isinstance(left, str):
            raise TypeError("texts are not formatted")
        return _BINARY[type(node.op)](left, right)

    def _comparison(self, node: ast.Compare) -> bool:
        left = self.of(node.left)
        for kind, other in zip(node.ops, node.comparators, strict=True):
            right = self.of(other)
            if not _COMPARISON[type(kind)](left, right):
                return False
            left = right
        return True


def _reference(node: ast.expr) -> int | None:
    if isinstance(node, ast.Name) and node.id.startswith(_PLACEHOLDER):
        return int(node.id.removeprefix(_PLACEHOLDER))
    return None


def _method(node: ast.expr) -> ast.Attribute | None:
    """What is called, if it is a method of what a reference gives."""
    if isinstance(node, ast.Attribute) and _reference(node.value) is not None:
        return node
    return None
