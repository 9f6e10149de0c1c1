"""Work that is done in pieces: a generator that yields after each, and returns the answer."""

from collections.abc import Callable, Generator
from typing import Any, TypeVar

Piece = TypeVar("Piece")
Answer = TypeVar("Answer")


def finished(pieces: Generator[Piece, None, Answer], told: Callable[[Piece], Any] = lambda piece: None) -> Answer:
    """Do all that is left, and return the answer; *told* hears what is yielded after each piece."""
    try:
        while True:
            told(next(pieces))
    except StopIteration as end:
        answer: Answer = end.value
        return answer
