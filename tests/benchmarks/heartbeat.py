"""How late the GUI thread is while a network trains: ``python -m tests.benchmarks.heartbeat --seconds 60``.

A timer ticks every 5 ms on the GUI thread with every view open; its lateness is what a person feels. Prints
the median, the 99th percentile, the maximum and a histogram, in milliseconds, and the training speed.
"""

import argparse
import os
import sys
from time import perf_counter

import numpy as np

PERIOD = 5.0  # ms
EDGES = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 33.0, 100.0, np.inf)  # ms


def main() -> int:
    """Measure and print; the exit code is 1 if the 99th percentile is 16 ms or more."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--page", choices=("properties", "kernels", "maps"), default="maps")
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    late, speed, done = measure(options.seconds, options.page)
    p50, p99 = np.percentile(late, (50, 99))
    print(f"{len(late):,} beats in {options.seconds:g} s on {os.environ['QT_QPA_PLATFORM']}; lateness in ms:")
    print(f"p50 {p50:.2f}   p99 {p99:.2f}   max {late.max():.2f}")
    counts, _ = np.histogram(late, EDGES)
    for low, high, count in zip(EDGES, EDGES[1:], counts, strict=False):
        print(f"{low:5g} to {high:5g}: {count:7,} {'#' * round(60 * count / len(late))}")
    print(f"training meanwhile: {speed:,.0f} images/s, {done:,} steps")
    return int(p99 >= 16)


def measure(seconds: float, page: str) -> tuple[np.ndarray, float, int]:
    """Return (lateness of each beat in ms, images/s of the run, its steps)."""
    from dataclasses import replace

    from PySide6.QtCore import Qt, QTimer

    from cnn_gui import app as application

    app, window = application.start(["heartbeat"])
    pages = {"properties": window.form, "kernels": window.lens.kernels, "maps": window.lens.maps}
    window.lens.tabs.setCurrentWidget(pages[page])
    window.files.may_discard = lambda: True
    beats: list[float] = []
    timer = QTimer(timerType=Qt.TimerType.PreciseTimer)
    timer.setInterval(round(PERIOD))
    timer.timeout.connect(lambda: beats.append(perf_counter()))

    def train() -> None:
        document = window.document
        document.set_settings(replace(document.settings, epochs=10_000, augment=False))
        document.select(document.architecture.layers[3].uid)
        document.reset_weights()
        window.controller.start()
        timer.start()
        QTimer.singleShot(round(seconds * 1000), finish)

    def finish() -> None:
        timer.stop()
        window.close()
        app.quit()

    start = perf_counter()
    window.loader.loaded.connect(lambda *_: QTimer.singleShot(500, train))
    app.exec()
    gaps = np.diff(beats) * 1000 - PERIOD
    steps = window.document.history.steps
    speed = steps * window.document.settings.batch_size / (beats[-1] - beats[0] if beats else perf_counter() - start)
    return np.maximum(gaps, 0), speed, steps


if __name__ == "__main__":
    sys.exit(main())
