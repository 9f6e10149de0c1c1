"""The training thread must not reach a widget: importing its worker loads neither widgets nor plots."""

import subprocess
import sys

PROGRAM = """
import sys
import cnn_gui.training.worker
print({"PySide6.QtWidgets", "PySide6.QtGui", "pyqtgraph"} & set(sys.modules))
"""


def test_that_the_training_worker_loads_neither_widgets_nor_plots() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert done.stdout == "set()\n", done.stdout + done.stderr
