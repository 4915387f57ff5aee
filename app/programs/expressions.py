"""Entrywise expressions, as somebody wrote them: ``"tanh(h)^2 + s*v/3"``.

A grammar of sums, products, quotients, powers and named functions, read by an LALR parser in
time proportional to the length.  Nothing that is written is ever evaluated as a program.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import pi
from typing import Final, cast

from lark import Lark, Token, Transformer, UnexpectedInput, UnexpectedToken, v_args
from lark.exceptions import VisitError

from app.programs.errors import ExpressionError
from app.programs.functions import FUNCTIONS
from solver.exact import shown

_GRAMMAR: Final = r"""
    ?start: sum
    ?sum: product | sum "+" product -> plus | sum "-" product -> minus
    ?product: signed | product "*" signed -> times | product "/" signed -> over
    ?signed: power | "-" signed -> negated | "+" signed
    ?power: atom | atom _POWER signed -> raised
    ?atom: NUMBER -> number | NAME -> name | NAME "(" sum ("," sum)* ")" -> call | "(" sum ")"
    _POWER: "^" | "**"
    NUMBER: /(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3}(?![0-9A-Za-z_]))?/
    NAME: /[A-Za-z_][A-Za-z0-9_]*/
    %ignore /[ \t\n]+/
"""

_EXAMPLE: Final = 'write an expression such as "tanh(h)^2 + s*v"'
#: Names of numbers.
CONSTANTS: Final = {"pi": pi}


@dataclass(frozen=True, slots=True)
class Node:
    """A number (``value``), a name, or an operation on ``of``: an operator or a function.

    Sums and products have two or more terms.  ``nesting`` is how deep it goes.
    """

    operation: str
    of: tuple["Node", ...] = ()
    value: float = 0.0
    name: str = ""
    nesting: int = 1

    def names(self) -> Iterator[str]:
        """Every name in it, as often as it occurs."""
        if self.operation == "name":
            yield self.name
        for each in self.of:
            yield from each.names()

    def size(self) -> int:
        """How many operations it takes."""
        return sum(each.size() for each in self.of) + max(len(self.of) - 1, len(self.of) > 0)


def parse(text: str, characters: int, nesting: int) -> Node:
    """Read an expression.  Raises ``ExpressionError``."""
    if len(text) > characters:
        raise ExpressionError(
            f"it is {len(text)} characters long; at most {characters} are taken: split it into "
            "several instructions"
        )
    if not text.strip():
        raise ExpressionError(f"it is empty; {_EXAMPLE}")
    try:
        # The parser calls the reader as it goes, so the result is no tree of its own.
        return cast(Node, _parser(nesting).parse(text))
    except UnexpectedInput as error:
        raise ExpressionError(f"it {_misread(text, error)}; {_EXAMPLE}") from None
    except VisitError as error:
        raise error.orig_exc from None


@lru_cache(maxsize=4)
def _parser(nesting: int) -> Lark:
    return Lark(_GRAMMAR, parser="lalr", transformer=_Reader(nesting))


def _misread(text: str, error: UnexpectedInput) -> str:
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        return "breaks off"
    place = cast(int, error.pos_in_stream)
    before, found = text[:place].rstrip(), f"{shown(text[place])} at character {place + 1}"
    if before[-1:].isalnum() and (text[place].isalnum() or text[place] == "("):
        return f"lacks an operator before {found} (a product is written with *)"
    if text[place] == "'" or text[place:].startswith(("T(", ".T")):
        return f"cannot be read from {found} on (a transpose belongs to matmul: W^T)"
    return f"cannot be read from {found} on"


@v_args(inline=True)
class _Reader(Transformer[Token, Node]):
    """What each rule of the grammar means."""

    def __init__(self, nesting: int) -> None:
        super().__init__()
        self._nesting = nesting

    def number(self, token: Token) -> Node:
        return Node("number", value=float(token))

    def name(self, token: Token) -> Node:
        name = str(token)
        if name in FUNCTIONS:
            raise ExpressionError(f"{name} is a function; write {name}(…)")
        if name in CONSTANTS:
            return Node("number", value=CONSTANTS[name])
        return Node("name", name=name)

    def call(self, token: Token, *of: Node) -> Node:
        name = str(token)
        if name not in FUNCTIONS:
            known = ", ".join(FUNCTIONS)
            raise ExpressionError(
                f"{shown(name)} is no function here; these are: {known} (a product is written "
                "with *)"
            )
        expected = FUNCTIONS[name].arguments
        if len(of) != expected:
            plural = "argument" if expected == 1 else "arguments"
            raise ExpressionError(f"{name} takes {expected} {plural}, and has {len(of)}")
        return self._node(name, *of)

    def _node(self, operation: str, *of: Node) -> Node:
        nesting = 1 + max(each.nesting for each in of)
        if nesting > self._nesting:
            raise ExpressionError(
                f"it is nested more than {self._nesting} deep; split it into several instructions"
            )
        return Node(operation, of, nesting=nesting)

    def plus(self, left: Node, right: Node) -> Node:
        return self._node("+", *_terms(left, "+"), right)

    def minus(self, left: Node, right: Node) -> Node:
        return self.plus(left, self.negated(right))

    def times(self, left: Node, right: Node) -> Node:
        return self._node("*", *_terms(left, "*"), right)

    def over(self, left: Node, right: Node) -> Node:
        return self._node("/", left, right)

    def raised(self, base: Node, exponent: Node) -> Node:
        return self._node("^", base, exponent)

    def negated(self, of: Node) -> Node:
        return self._node("negated", of)


def _terms(node: Node, operation: str) -> tuple[Node, ...]:
    """Long sums and products are flat: they are not nested, however long."""
    return node.of if node.operation == operation else (node,)
