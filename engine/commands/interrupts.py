"""Ctrl+C when it suits: at once while the program starts, and between two steps, so that no file has half a step."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from typing import Any

from engine.commands.codes import INTERRUPTED


@contextmanager
def at_once() -> Iterator[None]:
    """Let Ctrl+C end the program there and then, without KeyboardInterrupt.

    While modules are imported that one gets lost: NumPy makes another error of it, and callbacks from C ignore it.
    """
    with _handled(lambda number, frame: os._exit(INTERRUPTED)):
        yield


@contextmanager
def held_back() -> Iterator[list[int]]:
    """Yield a list that the first Ctrl+C appends to; only the second one raises KeyboardInterrupt."""
    asked: list[int] = []

    def on_signal(number: int, frame: Any) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)

    with _handled(on_signal):
        yield asked


@contextmanager
def _handled(handler: Callable[[int, Any], None]) -> Iterator[None]:
    """Let *handler* have Ctrl+C, unless it is ignored or somebody else's."""
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler or current_thread() is not main_thread():
        yield
        return
    signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
