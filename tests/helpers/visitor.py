"""Someone at the application who sees it from outside: looks where things are, then uses mouse and keyboard."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.helpers import screen as screens
from tests.helpers.screen import Point, Screen, wait

ROOT = Path(__file__).resolve().parents[2]
SIZE = (1320, 880)  # of the screen: the window and its frame
Thing = tuple[str | int, ...]  # a question to tests.helpers.signpost


@dataclass(frozen=True, slots=True)
class Sight:
    """What the signpost says of a thing: its place on the screen, and its words."""

    rect: tuple[int, int, int, int]
    shown: bool
    enabled: bool
    text: str

    def at(self, x: float, y: float) -> Point:
        """Return the point at (*x*, *y*) of the thing, 0 to 1 across it."""
        left, top, width, height = self.rect
        return round(left + x * width), round(top + y * height)

    @property
    def middle(self) -> Point:
        """Its middle on the screen."""
        return self.at(0.5, 0.5)


class Visitor:
    """Uses the application that runs as *process* on *screen*; pictures go to *folder*."""

    def __init__(self, screen: Screen, process: subprocess.Popen, folder: Path) -> None:
        self.screen, self.process = screen, process
        self._folder, self._pictures = folder, 0

    def ask(self, *question: str | int) -> Any:
        """Ask the signpost."""
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        said = json.loads(self.process.stdout.readline() or f'{{"error": "the application ended at {question}"}}')
        if isinstance(said, dict) and "error" in said:
            raise LookupError(said["error"])
        return said

    def see(self, *thing: str | int) -> Sight:
        """Look at a thing."""
        return Sight(**self.ask(*thing))

    def find(self, *thing: str | int, within: Thing) -> Sight:
        """Look at a thing, after scrolling to it *within* another."""
        for notches in (*[1] * 30, *[-1] * 60):
            if (sight := self.see(*thing)).shown:
                return sight
            self.screen.turn_wheel(self.see(*within).middle, notches)
        raise LookupError(f"scrolling {within} does not bring {thing} into sight")

    def click(self, *thing: str | int) -> None:
        """Click on the middle of a thing once it can be clicked."""
        wait(lambda: (sight := self.see(*thing)).shown and sight.enabled, what=f"{thing} can be clicked")
        self.screen.click(self.see(*thing).middle)

    def fill(self, *thing: str | int, within: Thing, text: str) -> None:
        """Replace what stands in a field by *text*, and press Return."""
        self.screen.click(self.find(*thing, within=within).middle)
        self.screen.press("ctrl+a")
        self.screen.write(text)
        self.screen.press("Return")

    def draw(self, strokes: Iterable[Iterable[tuple[float, float]]]) -> None:
        """Draw lines of points, 0 to 1 across the paper."""
        paper = self.see("paper")
        for points in strokes:
            self.screen.draw(paper.at(x, y) for x, y in points)

    def picture(self, name: str) -> Path:
        """Take a picture of the whole screen."""
        self._pictures += 1
        path = self._folder / f"{self._pictures:02}-{name}.png"
        assert self.ask("picture", str(path))
        return path


@contextmanager
def at_application(folder: Path, *arguments: str) -> Iterator[Visitor]:
    """Start the application on a screen of its own and end it; what it complains about is an error."""
    complaints = folder / "stderr.txt"
    with screens.started(*SIZE) as screen, complaints.open("w") as stderr:
        command = [sys.executable, "-m", "tests.helpers.signpost", *arguments]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": stderr, "text": True}
        process = subprocess.Popen(command, cwd=ROOT, env=screen.environment(os.environ), **pipes)
        try:
            visitor = Visitor(screen, process, folder)
            wait(lambda: visitor.see("widget", "canvas").shown, what="the window is there")
            yield visitor
        finally:
            if process.poll() is None:
                process.kill()
            process.communicate()
    assert complaints.read_text() == ""
