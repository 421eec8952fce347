"""`$filter`: odata-query reads it, this compiles the tree into one closure over rows.

Strings compare without regard to case, as Exchange does; times compare as times. Which properties can be
filtered is the property table's word: https://learn.microsoft.com/graph/filter-query-parameter
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Any

from odata_query import ast

from outlook_connector.sandbox.graph.odata.parsing import parse
from outlook_connector.sandbox.graph.odata.properties import (
    BOOLEAN,
    PATHS,
    STRING,
    TEXTS,
    TIME,
    Shape,
    unknown_property,
    walk,
)
from outlook_connector.sandbox.graph.problem import parse_uri, problem

Read = Callable[[Any], Any]
_NULL = "null"
_FUNCTIONS: Mapping[str, Callable[[str, str], bool]] = {
    "contains": lambda text, part: part in text,
    "startswith": str.startswith,
    "endswith": str.endswith,
}
_COMPARATORS: Mapping[type, tuple[str, Callable[[Any, Any], bool]]] = {
    ast.Eq: ("Equal", operator.eq),
    ast.NotEq: ("NotEqual", operator.ne),
    ast.Lt: ("LessThan", operator.lt),
    ast.LtE: ("LessThanOrEqual", operator.le),
    ast.Gt: ("GreaterThan", operator.gt),
    ast.GtE: ("GreaterThanOrEqual", operator.ge),
}
_EXTENDED = "singleValueExtendedProperties"


@dataclass(frozen=True)
class Filter:
    """`test` says whether a row fits; `properties` are those that the text names, in its order."""

    test: Callable[[Any], bool]
    properties: tuple[str, ...]


@dataclass(frozen=True)
class _Operand:
    kind: str
    read: Read


@dataclass
class _Scope:
    """Names that an expression may use: the shape's properties, or a lambda's variable alone."""

    shape: Shape
    variable: Mapping[str, str] = field(default_factory=dict)
    element: str = ""
    used: list[str] = field(default_factory=list)


def compile_filter(text: str, shape: Shape) -> Filter:
    """Compiles a filter. Raises 400 for syntax, unknown or unfilterable properties, and types that differ."""
    tree = parse(text)
    scope = _Scope(shape)
    test = _predicate(tree, scope)
    return Filter(test, tuple(dict.fromkeys(scope.used)))


def _predicate(node: Any, scope: _Scope) -> Callable[[Any], bool]:
    operand = _compile(node, scope)
    if operand.kind != BOOLEAN:
        raise parse_uri("The $filter expression must evaluate to a single boolean value.")
    return lambda row: bool(operand.read(row))


def _compile(node: Any, scope: _Scope) -> _Operand:
    rule = _RULES.get(type(node))
    if rule is None:
        raise problem("filter_nodes")
    return rule(node, scope)


def _both(node: Any, scope: _Scope) -> _Operand:
    left, right = _predicate(node.left, scope), _predicate(node.right, scope)
    if isinstance(node.op, ast.And):
        return _Operand(BOOLEAN, lambda row: left(row) and right(row))
    return _Operand(BOOLEAN, lambda row: left(row) or right(row))


def _unary(node: Any, scope: _Scope) -> _Operand:
    if not isinstance(node.op, ast.Not):
        raise problem("filter_nodes")
    inner = _predicate(node.operand, scope)
    return _Operand(BOOLEAN, lambda row: not inner(row))


def _compare(node: Any, scope: _Scope) -> _Operand:
    if isinstance(node.comparator, ast.In):
        return _among(node, scope)
    name, compare = _COMPARATORS[type(node.comparator)]
    left, right = _compile(node.left, scope), _compile(node.right, scope)
    _same_kind(left, right, name)
    ordered = not isinstance(node.comparator, (ast.Eq, ast.NotEq))

    def test(row: Any) -> bool:
        one, other = _folded(left.read(row)), _folded(right.read(row))
        return not (ordered and (one is None or other is None)) and compare(one, other)

    return _Operand(BOOLEAN, test)


def _among(node: Any, scope: _Scope) -> _Operand:
    left = _compile(node.left, scope)
    choices = [_compile(item, scope) for item in node.right.val]
    for choice in choices:
        _same_kind(left, choice, "Equal")
    allowed = {_folded(choice.read(None)) for choice in choices}
    return _Operand(BOOLEAN, lambda row: _folded(left.read(row)) in allowed)


def _same_kind(left: _Operand, right: _Operand, name: str) -> None:
    if left.kind != right.kind and _NULL not in (left.kind, right.kind):
        raise parse_uri(
            "A binary operator with incompatible types was detected. "
            f"Found operand types '{left.kind}' and '{right.kind}' for operator kind '{name}'."
        )


def _folded(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def _call(node: Any, scope: _Scope) -> _Operand:
    if node.func.name in ("tolower", "toupper"):
        return _compile(node.args[0], scope)
    function = _FUNCTIONS.get(node.func.name)
    if function is None:
        raise problem("filter_nodes")
    text, part = (_compile(argument, scope) for argument in node.args)
    if text.kind != STRING or part.kind != STRING:
        raise parse_uri(f"No function signature for the function with name '{node.func.name}' matches.")
    return _Operand(
        BOOLEAN, lambda row: function(_folded(text.read(row) or ""), _folded(part.read(row) or ""))
    )


def _path(node: Any) -> list[str]:
    if isinstance(node, ast.Identifier):
        return [node.name]
    if not isinstance(node, ast.Attribute):
        raise problem("filter_nodes")
    return [*_path(node.owner), node.attr]


def _name(node: Any, scope: _Scope) -> _Operand:
    first, *rest = _path(node)
    if scope.element:
        return _of_variable(first, rest, scope)
    found = scope.shape.properties.get(first)
    if found is None:
        raise unknown_property(first, scope.shape)
    if not found.filterable:
        raise problem("filter_nodes")
    scope.used.append("/".join([first, *rest]))
    if not rest:
        return _Operand(found.kind, found.get)
    kind = PATHS.get(found.kind, {}).get("/".join(rest))
    if kind is None:
        raise unknown_property(rest[0], scope.shape)
    return _Operand(kind, lambda row: walk(found.get(row), rest))


def _of_variable(first: str, rest: list[str], scope: _Scope) -> _Operand:
    name = "/".join(rest)
    if first != scope.element or name not in scope.variable:
        raise problem("filter_nodes")
    return _Operand(STRING, lambda row: row[name] if name else row)


def _any(node: Any, scope: _Scope) -> _Operand:
    first, *rest = _path(node.owner)
    if rest or not isinstance(node.operator, ast.Any) or node.lambda_ is None:
        raise problem("filter_nodes")
    items, variable = _collection(first, scope.shape)
    inner = _Scope(scope.shape, variable, node.lambda_.identifier.name)
    test = _predicate(node.lambda_.expression, inner)
    scope.used.append(first)
    return _Operand(BOOLEAN, lambda row: any(test(item) for item in items(row)))


def _collection(name: str, shape: Shape) -> tuple[Read, Mapping[str, str]]:
    if name == _EXTENDED and shape.extended is not None:
        return _pairs(shape.extended), {"id": STRING, "value": STRING}
    found = shape.properties.get(name)
    if found is None and name not in shape.navigation:
        raise unknown_property(name, shape)
    if found is None or found.kind != TEXTS:
        raise problem("filter_nodes")
    return found.get, {"": STRING}


def _pairs(extended: Callable[[Any], Mapping[str, str]]) -> Read:
    return lambda row: [{"id": name, "value": value} for name, value in extended(row).items()]


def _moment(node: Any, _scope: _Scope) -> _Operand:
    try:
        value = node.py_val
    except ValueError:
        raise parse_uri(f"The DateTimeOffset text '{node.val}' is not a time.") from None
    moment = value if isinstance(value, datetime) else datetime.combine(value, time(), UTC)
    if moment.tzinfo is None:
        raise parse_uri(f"The DateTimeOffset text '{node.val}' should have a time zone.")
    return _Operand(TIME, lambda _row: moment)


def _literal(kind: str) -> Callable[[Any, _Scope], _Operand]:
    def rule(node: Any, _scope: _Scope) -> _Operand:
        value = node.py_val
        return _Operand(kind, lambda _row: value)

    return rule


_RULES: Mapping[type, Callable[[Any, _Scope], _Operand]] = {
    ast.BoolOp: _both,
    ast.UnaryOp: _unary,
    ast.Compare: _compare,
    ast.Call: _call,
    ast.Identifier: _name,
    ast.Attribute: _name,
    ast.CollectionLambda: _any,
    ast.DateTime: _moment,
    ast.Date: _moment,
    ast.String: _literal(STRING),
    ast.Boolean: _literal(BOOLEAN),
    ast.Integer: _literal("Edm.Int32"),
    ast.Null: _literal(_NULL),
}
