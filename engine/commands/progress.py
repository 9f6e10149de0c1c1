"""A bar on one line of a terminal: how much is done, how fast, and how long the rest will take."""

import os
import sys
from collections.abc import Callable
from math import ceil
from time import perf_counter
from types import TracebackType

CLEAR_LINE = "\r\x1b[K"
INTERVAL = 0.1  # s between two drawings, at least
WIDEST, NARROWEST, USUAL_WIDTH = 40, 6, 80  # cells of the bar at most and at least, and of a terminal of unknown width


class Bar:
    """Draws on standard error where that is a terminal, and nothing anywhere else. Used in a ``with``.

    Args:
        total: what has to be done, counted in *unit*.
        unit: e.g. "images"; the speed is in these a second.
        clock: seconds.
    """

    def __init__(self, total: int, unit: str, clock: Callable[[], float] = perf_counter) -> None:
        self._total, self._unit, self._clock = total, unit, clock
        self._live = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._done, self._first, self._start, self._drawn = 0, -1, clock(), -INTERVAL

    def __enter__(self) -> "Bar":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()

    def advance(self, by: int = 1) -> None:
        """Say that so much more is done."""
        self._first = 0
        self.reach(self._done + by)

    def reach(self, done: int, note: str = "") -> None:
        """Say how much is done; *note* stands in the place of the speed.

        A first *done* of more than 1 is a run that goes on: what was done before it does not count for the speed.
        """
        self._done, self._first = done, done - 1 if self._first < 0 else self._first
        now = self._clock()
        if self._live and now - self._drawn >= INTERVAL:
            self._drawn = now
            self._draw(now - self._start, note)

    def clear(self) -> None:
        """Leave an empty line, for others to write on; the next ``advance`` draws anew."""
        if self._live:
            self._write(CLEAR_LINE)
            self._drawn = -INTERVAL

    def _draw(self, seconds: float, note: str) -> None:
        done = self._done - self._first
        speed = done / max(seconds, 1e-9)
        left = (self._total - self._done) / max(speed, 1e-9)
        text = line(self._done / self._total, note or f"{speed:,.0f} {self._unit}/s", left, _width())
        self._write(CLEAR_LINE + text)

    def _write(self, text: str) -> None:
        try:
            print(text, end="", file=sys.stderr, flush=True)
        except OSError:  # the terminal was closed: nobody looks any more, and the work goes on
            self._live = False


def line(share: float, note: str, left: float, width: int) -> str:
    """Return the line for a terminal of *width* columns: a bar where there is room for one, *share* (0 to 1), the rest.

    Args:
        share: done, 0 to 1.
        note: what else there is to say, e.g. the speed.
        left: s.
        width: columns; the last one stays empty, since some terminals go to the next line there.
    """
    text = f"{min(share, 1):4.0%}  {note}, {_clock_text(left)} left"
    cells = min(WIDEST, width - len(text) - 4)
    if cells >= NARROWEST:
        full = int(cells * min(share, 1))
        text = f"[{'#' * full}{'-' * (cells - full)}] {text}"
    return text[: width - 1]


def _clock_text(seconds: float) -> str:
    minutes, seconds = divmod(ceil(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _width() -> int:
    """Return the columns of the terminal, which may just have changed."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or USUAL_WIDTH
    except (OSError, ValueError):  # it calls itself a terminal and is none
        return USUAL_WIDTH
