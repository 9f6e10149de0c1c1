"""What looking costs: ``python -m tests.benchmarks.views [--seconds 4] [--rounds 3]``.

Trains LeNet-5 in the window and takes turns: the window hidden, then the network with its curves and maps; hidden,
then a view of the microscope; and so on. Prints for each the training speed, its ratio to that of the hidden window
just before and just after (median over rounds), how often a second newer weights came to be seen, and how late the GUI
thread was, in milliseconds.
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from cnn_gui.main_window import MainWindow

PERIOD = 5.0  # ms between two beats
HIDDEN = "(window hidden)"


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=4, help="of each turn")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    print(f"{'view':26} {'images/s':>9} {'ratio':>6} {'seen/s':>6} {'p50':>6} {'p99':>6} {'max':>6}")
    for name, turns in measure(options.seconds, options.rounds).items():
        late = np.concatenate([each.late for each in turns])
        p50, p99, most = np.percentile(late, (50, 99, 100))
        rates = [(each.speed, each.ratio, each.seen) for each in turns]
        speed, ratio, seen = (median(column) for column in zip(*rates, strict=True))
        print(f"{name:26} {speed:9,.0f} {ratio:6.2f} {seen:6.1f} {p50:6.1f} {p99:6.1f} {most:6.1f}", flush=True)
    return 0


class Turn(NamedTuple):
    """Images a second, how often newer weights came to be seen, how late each beat was in ms, and the ratio."""

    speed: float
    seen: float
    late: np.ndarray
    ratio: float = 1.0


def measure(seconds: float, rounds: int) -> dict[str, list[Turn]]:
    """Return each turn, by what is on show."""
    from tests import pictures

    figures: dict[str, list[Turn]] = {}
    with pictures.started() as (app, window):
        document = window.document
        document.set_settings(replace(document.settings, epochs=10_000, augment=False))
        document.reset_weights()
        window.controller.start()
        pictures.settle(app, 2000)

        def shown(show: Callable[[], object]) -> Turn:
            show()
            pictures.settle(app, 500)
            return turn(app, window, seconds)

        before = shown(window.hide)
        for _ in range(rounds):
            for name, show in turns(window):
                window.show()
                now, after = shown(show), shown(window.hide)
                ratio = 2 * now.speed / (before.speed + after.speed)
                figures.setdefault(name, []).append(now._replace(ratio=ratio))
                figures.setdefault(HIDDEN, []).append(after)
                before = after
        window.controller.stop()
        pictures.wait(app, lambda: not window.controller.busy)
    return figures


def turns(window: "MainWindow") -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield what to show in turn, by name."""
    from cnn_gui.lens import views
    from tests import microscope_pictures

    def network() -> None:
        window.document.select(window.document.architecture.layers[3].uid)
        window.lens.tabs.setCurrentWidget(window.lens.maps)
        window.microscope.left.emit()

    yield "network, curves and maps", network
    layers = [spec.config for spec in window.document.architecture.layers]
    for kind in views.ALL:
        if not kind.kinds or any(isinstance(config, kind.kinds) for config in layers):
            yield kind.title, lambda kind=kind: microscope_pictures.show(window, kind)


def turn(app: "QApplication", window: "MainWindow", seconds: float) -> Turn:
    """Return a turn of so many seconds."""
    from PySide6.QtCore import Qt, QTimer

    beats: list[float] = []
    frames: list[object] = []
    window.lens.framed.connect(frames.append)
    timer = QTimer(timerType=Qt.TimerType.PreciseTimer)
    timer.setInterval(round(PERIOD))
    timer.timeout.connect(lambda: beats.append(perf_counter()))
    timer.start()
    history = window.document.history
    steps, start = history.steps, perf_counter()
    QTimer.singleShot(round(1000 * seconds), app.exit)  # quit would ask the window to close
    app.exec()
    timer.stop()
    window.lens.framed.disconnect(frames.append)
    speed = (history.steps - steps) / (perf_counter() - start) * window.document.settings.batch_size
    return Turn(speed, len(frames) / seconds, np.maximum(np.diff(beats) * 1000 - PERIOD, 0))


if __name__ == "__main__":
    sys.exit(main())
