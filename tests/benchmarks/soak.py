"""Whether memory grows while a network trains for long: ``python -m tests.benchmarks.soak [--minutes 20]``.

Trains LeNet-5 in the window with a page inside a convolution open, and prints each minute the least memory that the
application held in it, without the processes that help: a redraw, and what waits to be collected, come and go.
The exit code is 1 where it grew by a megabyte or more in the second half. Linux alone tells how much that is.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

GROWTH = 1.0  # MiB, in the second half
WINDOW = 3  # minutes, of which the least counts: Python collects its oldest garbage less often than once a minute


def main() -> int:
    """Measure and print; see above for the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=int, default=20)
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CONFIG_HOME"] = os.environ["XDG_DATA_HOME"] = folder
        held = measure(options.minutes)
    half = max(1, len(held) // 2)
    growth = min(held[-WINDOW:]) - min(held[max(0, half - WINDOW) : half])
    print(f"in the last {len(held) - half} minutes it grew by {growth:+.2f} MiB, by the least of {WINDOW} minutes")
    return int(growth >= GROWTH)


def resident() -> float:
    """Return MiB of memory that this process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def measure(minutes: int) -> list[float]:
    """Return the least MiB held in each minute of training."""
    from dataclasses import replace

    from PySide6.QtCore import QTimer

    from cnn_gui import app as application
    from cnn_gui.garbage import GarbageCollector

    app, window = application.start(["soak"])
    garbage = GarbageCollector(app)  # as the application has it
    window.files.may_discard = lambda: True
    held: list[float] = []
    lately: list[float] = []
    timer = QTimer()

    def train() -> None:
        document = window.document
        document.set_settings(replace(document.settings, epochs=10_000))
        document.select(document.architecture.layers[3].uid)
        window.lens.opened.emit()  # the page inside the second convolution
        document.reset_weights()
        window.controller.start()
        timer.timeout.connect(tick)
        timer.start(1000)

    def tick() -> None:
        seconds.append(0)
        lately.append(resident())
        if len(seconds) % 60:
            return
        held.append(min(lately))
        lately.clear()
        steps = window.document.history.steps
        print(f"minute {len(held):3}: {held[-1]:7.2f} MiB, {steps:9,} steps", flush=True)
        if len(held) == minutes:
            timer.stop()
            window.close()
            app.quit()

    seconds: list[int] = []
    window.loader.loaded.connect(lambda *_: QTimer.singleShot(500, train))
    app.exec()
    garbage.stop()
    return held


if __name__ == "__main__":
    sys.exit(main())
