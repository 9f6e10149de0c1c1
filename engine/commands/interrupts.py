"""Signals that end a command when it suits: at once while it starts, and between two steps while it trains."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from threading import Timer, current_thread, main_thread
from typing import Any

from engine.commands.codes import INTERRUPTED

# SIGHUP: the terminal was closed; SIGBREAK: the same on Windows. A system lacks some of them.
ENDING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name))
PATIENCE = 5.0  # s that a step has to end by itself once a signal has asked for it


@contextmanager
def at_once() -> Iterator[None]:
    """Let Ctrl+C end the program there and then, without KeyboardInterrupt.

    While modules are imported that one gets lost: NumPy makes another error of it, and callbacks from C ignore it.
    """
    with _handled([signal.SIGINT], lambda number, frame: os._exit(INTERRUPTED)):
        yield


@contextmanager
def held_back(late: Callable[[], None] = lambda: None) -> Iterator[list[int]]:
    """Yield a list that each of the signals ENDING appends itself to; only a second Ctrl+C raises KeyboardInterrupt.

    Args:
        late: called from another thread where the block has not ended PATIENCE seconds after the first signal.
    """
    asked: list[int] = []
    deadline = Timer(PATIENCE, late)
    deadline.daemon = True

    def on_signal(number: int, frame: Any) -> None:
        if number == signal.SIGINT and signal.SIGINT in asked:
            raise KeyboardInterrupt
        asked.append(number)
        if len(asked) == 1:
            deadline.start()

    with _handled(ENDING, on_signal):
        try:
            yield asked
        finally:
            deadline.cancel()


@contextmanager
def _handled(numbers: Sequence[int], handler: Callable[[int, Any], None]) -> Iterator[None]:
    """Let *handler* have those of the signals *numbers* that are neither ignored, as by nohup, nor somebody else's."""
    with ExitStack() as restored:
        for number in numbers if current_thread() is main_thread() else ():
            before = signal.getsignal(number)
            if before in (signal.SIG_DFL, signal.default_int_handler):
                signal.signal(number, handler)
                restored.callback(signal.signal, number, before)
        yield
