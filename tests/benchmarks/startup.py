"""How long a start takes, from the command to a painted window that answers: ``python -m tests.benchmarks.startup``.

Starts the application in a fresh process some times and prints the median and the largest time, warm; with
``--cold`` (Linux, root) the kernel's file cache is dropped before each start.
"""

import argparse
import os
import statistics
import subprocess
import sys
from pathlib import Path
from time import perf_counter

CHILD = """
import gc, sys
from cnn_gui import preflight
preflight.check_or_exit()
gc.disable()  # as cnn_gui.__main__ does
from cnn_gui import app
from PySide6.QtCore import QTimer
application, window = app.start(["cnn-gui"])
window.files.opened.connect(lambda: QTimer.singleShot(0, ready))
def ready():
    window.repaint()
    assert window.document.model is not None
    print("usable", flush=True)
    window.loader.loaded.connect(lambda *_: (print("data", flush=True), window.close(), application.quit()))
application.exec()
"""


def main() -> int:
    """Measure and print; the exit code is 1 if the median is over the goal (1.0 s warm, 2.0 s cold)."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--cold", action="store_true")
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if not options.cold:
        measure()
    times = []
    for _ in range(options.runs):
        if options.cold:
            drop_caches()
        times.append(measure())
    usable, data = (statistics.median(column) for column in zip(*times, strict=True))
    kind, goal = ("cold", 2.0) if options.cold else ("warm", 1.0)
    print(f"{kind}, {options.runs} runs: usable after {usable:.2f} s (median; largest {max(times)[0]:.2f} s),")
    print(f"data loaded after {data:.2f} s")
    return int(usable > goal)


def measure() -> tuple[float, float]:
    """Return the seconds until the window can be used and until the data is there."""
    start = perf_counter()
    marks = {}
    with subprocess.Popen([sys.executable, "-c", CHILD], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for line in child.stdout:
            marks[line.strip()] = perf_counter() - start
    return marks["usable"], marks["data"]


def drop_caches() -> None:
    """Make the kernel forget what it has read from disk."""
    os.sync()
    Path("/proc/sys/vm/drop_caches").write_text("3")


if __name__ == "__main__":
    sys.exit(main())
