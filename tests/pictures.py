"""Pictures of the application as it is: ``python -m tests.pictures OUT``.

Starts the real window off screen, trains, draws and takes a picture of each situation, in light and dark, once
and twice the size. The README's pictures: ``python -m tests.pictures docs/pictures --only training-light
inside-dc-dx-light inside-dc-dw-dark inside-why-this-class-light problem-light --scale 1``.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from cnn_gui.main_window import MainWindow

SIZES = {"": (1280, 800), "small": (1024, 700)}


def main() -> int:
    """Take every picture; at twice the size in a process of its own, since Qt reads the scale once."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME", help="only these, e.g. training-light@2x")
    parser.add_argument("--scale", type=int, choices=(1, 2), help="only this scale")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    if options.scale is None:
        for scale in ("1", "2"):
            environment = {**os.environ, "QT_SCALE_FACTOR": scale}
            command = [sys.executable, "-m", "tests.pictures", *sys.argv[1:], "--scale", scale]
            subprocess.run(command, env=environment, check=True)
        return 0
    take_all(options.out, "" if options.scale == 1 else "@2x", options.only)
    return 0


def take_all(out: Path, suffix: str, only: list[str]) -> None:
    """Take a picture of each situation in each scheme and size, or only those of the names in *only*."""
    from tests import microscope_pictures

    with started() as (app, window):
        of_lenet, of_others = microscope_pictures.situations()
        first, *later = SITUATIONS.items()
        anew = put_back(window)
        for name, prepare in [first, *of_lenet, *later, *of_others]:
            anew()
            prepare(app, window)
            for word in in_each_scheme(app):
                for size_name, size in SIZES.items():
                    stem = "-".join(filter(None, (name, word, size_name))) + suffix
                    if not only or stem in only:
                        window.resize(*size)
                        settle(app)
                        window.grab().save(str(out / f"{stem}.png"))


def put_back(window: "MainWindow") -> Callable[[], None]:
    """Return what shows the network again, with every room as wide as it is now."""
    from PySide6.QtWidgets import QSplitter

    from cnn_gui.window.microscope_door import NETWORK

    window.resize(*SIZES[""])
    before = [(each, each.saveState()) for each in window.findChildren(QSplitter)]

    def anew() -> None:
        window.middle.setCurrentIndex(NETWORK)
        window.resize(*SIZES[""])
        for splitter, state in before:
            splitter.restoreState(state)

    return anew


@contextmanager
def started() -> Iterator[tuple["QApplication", "MainWindow"]]:
    """Start the application with settings of its own, and end it."""
    from cnn_gui import app as application

    forget_settings()
    app, window = application.start(["pictures"])
    wait(app, lambda: window.document.data.dataset is not None)
    try:
        yield app, window
    finally:
        window.files.may_discard = lambda: True
        window.close()


def forget_settings() -> None:
    """Have no settings from here on but those of a first start."""
    from PySide6.QtCore import QSettings, QStandardPaths

    QStandardPaths.setTestModeEnabled(True)
    QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, os.devnull)


def in_each_scheme(app: "QApplication") -> Iterator[str]:
    """Have the colours of each scheme in turn, and yield its name."""
    from cnn_gui import theme

    for name, scheme in (("light", theme.LIGHT), ("dark", theme.DARK)):
        theme.apply(app, scheme)
        settle(app)
        yield name


def draw_a_digit(app: "QApplication", window: "MainWindow", digit: int = 3) -> None:
    """Draw one of the stored drawings with the mouse."""
    from tests.helpers import strokes

    window.draw.canvas.clear()
    strokes.play(None, window.draw.canvas, next(d for d in strokes.load() if d.digit == digit))


def show_first_start(app: "QApplication", window: "MainWindow") -> None:
    """The window as it opens."""


def show_training(app: "QApplication", window: "MainWindow") -> None:
    """In mid-training, looking at the maps of the second convolution, a digit drawn."""
    document = window.document
    window.microscope.left.emit()
    draw_a_digit(app, window)
    document.select(document.architecture.layers[3].uid)
    window.lens.tabs.setCurrentWidget(window.lens.maps)
    document.set_settings(replace(document.settings, epochs=12, validation=0.1))
    document.reset_weights()
    window.controller.start()
    wait(app, lambda: len(document.history.epochs) >= 5)
    window.controller.pause()
    settle(app, 500)


def show_properties(app: "QApplication", window: "MainWindow") -> None:
    """The run is over; the settings of a convolution."""
    window.controller.stop()
    wait(app, lambda: not window.controller.busy)
    window.lens.tabs.setCurrentWidget(window.form)


def show_test_set(app: "QApplication", window: "MainWindow") -> None:
    """The confusion matrix of the test set."""
    window.results_door.open()
    wait(app, lambda: window.results.reader.reading is not None)


def show_problem(app: "QApplication", window: "MainWindow") -> None:
    """A kernel that is larger than its input."""
    window.results.left.emit()
    spec = window.document.architecture.layers[3]
    window.document.configure(spec.uid, replace(spec.config, kernel_size=(15, 15)))


def show_empty(app: "QApplication", window: "MainWindow") -> None:
    """A new project."""
    window.files.may_discard = lambda: True
    window.draw.canvas.clear()
    window.files.new()
    wait(app, lambda: window.document.data.dataset is not None)


SITUATIONS: dict[str, Callable[["QApplication", "MainWindow"], None]] = {
    "start": show_first_start,
    "training": show_training,
    "properties": show_properties,
    "test-set": show_test_set,
    "problem": show_problem,
    "empty": show_empty,
}


def wait(app: "QApplication", reached: Callable[[], bool], seconds: float = 60) -> None:
    """Run the event loop until *reached*; raises TimeoutError."""
    from time import monotonic, sleep

    end = monotonic() + seconds
    while not reached():
        if monotonic() > end:
            raise TimeoutError(f"{reached} was not reached in {seconds} s")
        app.processEvents()
        sleep(0.005)


def settle(app: "QApplication", milliseconds: int = 250) -> None:
    """Let animations end and everything be painted."""
    from time import monotonic

    end = monotonic() + milliseconds / 1000
    wait(app, lambda: monotonic() > end)


if __name__ == "__main__":
    sys.exit(main())
