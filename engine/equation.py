"""Arithmetic that remembers how it was done: a value, the formula behind it, and the numbers in that formula."""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

_SUM, _PRODUCT, _ATOM = range(3)  # what binds more closely has the higher rank


class Named(NamedTuple):
    """A number in a formula, and the symbol that stands for it."""

    symbol: str
    value: float


@dataclass(frozen=True, slots=True)
class Term:
    """A value with its formula, made by computing: ``named("a", 2.0) * named("b", 3.0)``.

    Attributes:
        value: what it comes to.
        pieces: the formula from left to right: operators, and the numbers between them.
        rank: how closely its last operation binds.
    """

    value: float
    pieces: tuple[str | Named, ...]
    rank: int

    def __add__(self, other: "Term") -> "Term":
        return Term(self.value + other.value, (*self.pieces, " + ", *other.pieces), _SUM)

    def __sub__(self, other: "Term") -> "Term":
        return Term(self.value - other.value, (*self.pieces, " − ", *other._within(_PRODUCT)), _SUM)

    def __mul__(self, other: "Term") -> "Term":
        return Term(self.value * other.value, (*self._within(_PRODUCT), " · ", *other._within(_PRODUCT)), _PRODUCT)

    def __truediv__(self, other: "Term") -> "Term":
        return Term(self.value / other.value, (*self._within(_PRODUCT), " / ", *other._within(_ATOM)), _PRODUCT)

    def squared(self) -> "Term":
        """Return its square."""
        return Term(self.value * self.value, (*self._within(_ATOM), "²"), _ATOM)

    def root(self) -> "Term":
        """Return its square root; the value is not negative."""
        return Term(sqrt(self.value), ("√", *self._within(_ATOM)), _ATOM)

    def formula(self) -> str:
        """Return the formula in symbols: 'a · b'."""
        return "".join(piece.symbol if isinstance(piece, Named) else piece for piece in self.pieces)

    def numbers(self, write: Callable[[float], str]) -> str:
        """Return the formula with its numbers as *write* puts them: '2 · 3'; negative ones in brackets."""
        texts = [write(piece.value) if isinstance(piece, Named) else piece for piece in self.pieces]
        return "".join(
            f"({text})" if isinstance(piece, Named) and text[0] in "-−" else text
            for piece, text in zip(self.pieces, texts, strict=True)
        )

    def _within(self, rank: int) -> tuple[str | Named, ...]:
        """Return the pieces as a part of an operation of *rank*."""
        return self.pieces if self.rank >= rank else ("(", *self.pieces, ")")


class Line(NamedTuple):
    """One line of a calculation: what the term is called from then on."""

    name: str
    term: Term

    @property
    def replaces(self) -> bool:
        """Whether the name stands in the term as well, for what it was before."""
        return any(isinstance(piece, Named) and piece.symbol == self.name for piece in self.term.pieces)


class Calculation:
    """Lines one after the other, each of which may use the names of those before."""

    def __init__(self) -> None:
        self.lines: tuple[Line, ...] = ()

    def let(self, name: str, term: Term) -> Term:
        """Add a line, and return the term by its name."""
        self.lines += (Line(name, term),)
        return named(name, term.value)


def named(symbol: str, value: float) -> Term:
    """Return a number that a formula calls *symbol*."""
    return Term(value, (Named(symbol, value),), _ATOM)
