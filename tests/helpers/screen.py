"""A virtual X screen of its own, and a hand that moves the real pointer and presses real keys on it."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from time import monotonic, sleep
from typing import TypeVar

DESKTOP = ("WAYLAND_DISPLAY", "XDG_CURRENT_DESKTOP", "XDG_SESSION_TYPE", "DESKTOP_SESSION", "QT_QPA_PLATFORMTHEME")
_HOP = 12  # px: the longest step of the pointer while it moves
_PACE = 0.008  # s between steps: no mouse reports much faster

Point = tuple[int, int]
Answer = TypeVar("Answer")


class Screen:
    """The hand. *display* is what X calls the screen, e.g. ':1'."""

    def __init__(self, display: str) -> None:
        self.display = display
        self._at: Point = (0, 0)

    def environment(self, base: Mapping[str, str]) -> dict[str, str]:
        """Return *base* for a program that shall appear here, whatever desktop the tests run on."""
        kept = {name: value for name, value in base.items() if name not in DESKTOP}
        return {**kept, "DISPLAY": self.display, "QT_QPA_PLATFORM": "xcb"}

    def point(self, at: Point) -> None:
        """Put the pointer somewhere else at once."""
        self._do("mousemove", *map(str, at))
        self._at = at

    def click(self, at: Point, times: int = 1) -> None:
        """Press and release the left button."""
        self.point(at)
        self._do("click", "--repeat", str(times), "--delay", "60", "1")

    def turn_wheel(self, at: Point, notches: int) -> None:
        """Turn the wheel over a place, down if *notches* > 0."""
        self.point(at)
        self._do("click", "--repeat", str(abs(notches)), "--delay", "15", "5" if notches > 0 else "4")

    def drag(self, start: Point, *stops: Point) -> None:
        """Press the left button at *start*, move along the *stops*, and release at the last."""
        self.point(start)
        self._do("mousedown", "1")
        for stop in stops:
            self.move_to(stop)
        sleep(10 * _PACE)  # a drag and drop is a dialogue between windows
        self._do("mouseup", "1")

    def draw(self, points: Iterable[Point]) -> None:
        """Press the left button at the first of *points*, pass through all of them as they are, and release."""
        first, *others = points
        self.point(first)
        self._do("mousedown", "1", *(word for at in others for word in _moved(at)), "mouseup", "1")

    def move_to(self, end: Point) -> None:
        """Move the pointer like a hand: through places in between."""
        (x, y), (to_x, to_y) = self._at, end
        hops = max(abs(to_x - x), abs(to_y - y)) // _HOP + 1
        way = [(x + (to_x - x) * hop // hops, y + (to_y - y) * hop // hops) for hop in range(1, hops + 1)]
        self._do(*(word for at in way for word in _moved(at)))
        self._at = end

    def press(self, *keys: str) -> None:
        """Press keys or combinations by their X names: 'Return', 'ctrl+s'."""
        self._do("key", "--delay", "20", *keys)

    def write(self, text: str) -> None:
        """Type *text*."""
        self._do("type", "--delay", "15", text)

    def _do(self, *words: str) -> None:
        subprocess.run(["xdotool", *words], env=self.environment(os.environ), check=True, capture_output=True)


@contextmanager
def started(width: int, height: int) -> Iterator[Screen]:
    """Start an X server on a free display, with a window manager where there is one, and end both."""
    read, write = os.pipe()
    size = ["-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp", "-displayfd", str(write)]
    with _running(["Xvfb", *size], pass_fds=[write]) as server:
        os.close(write)
        with os.fdopen(read) as told:
            display = f":{told.readline().strip()}"
        if server.poll() is not None:
            raise RuntimeError(f"Xvfb ended with {server.returncode} at once. Can it write to /tmp/.X11-unix?")
        screen = Screen(display)
        if shutil.which("openbox") is None:
            yield screen
            return
        with _running(["openbox"], env=screen.environment(os.environ)):
            yield screen


def wait(reached: Callable[[], Answer], seconds: float = 30, what: str = "") -> Answer:
    """Call *reached* until it returns something true, and return that; raises TimeoutError with *what*."""
    end = monotonic() + seconds
    while not (result := reached()):
        if monotonic() > end:
            raise TimeoutError(f"not within {seconds:g} s: {what or reached}")
        sleep(0.05)
    return result


@contextmanager
def _running(command: list[str], **options: object) -> Iterator[subprocess.Popen]:
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, **quiet, **options)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(10)


def _moved(at: Point) -> tuple[str, ...]:
    return "mousemove", str(at[0]), str(at[1]), "sleep", str(_PACE)
