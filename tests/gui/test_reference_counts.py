"""Signals must not wear out None, True and False: PySide6 6.12.0 on Python 3.11 drops a reference an emission."""

import ast
import subprocess
import sys

EMISSIONS = 5_000
OTHER_USE = 500  # references that importing and printing may add or drop meanwhile

# In a process of its own: a version with the fault kills it before it can report anything.
PROGRAM = f"""
import sys
from PySide6.QtCore import QCoreApplication, QObject, Signal, Slot

class Receiver(QObject):
    happened = Signal(bool)

    @Slot(bool)
    def on_happened(self, value):
        return None

app = QCoreApplication([])
receiver = Receiver()
receiver.happened.connect(receiver.on_happened)
before = [sys.getrefcount(each) for each in (None, True, False)]
for number in range({EMISSIONS}):
    receiver.happened.emit(number % 2 == 0)
print([sys.getrefcount(each) - count for each, count in zip((None, True, False), before)])
"""


def test_that_emitting_signals_keeps_the_references_of_none_true_and_false() -> None:
    """From Python 3.12 on these objects are immortal, and their counts must not move at all."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    changes = ast.literal_eval(done.stdout)
    allowed = 0 if sys.version_info >= (3, 12) else OTHER_USE
    assert max(map(abs, changes)) <= allowed, dict(zip(("None", "True", "False"), changes, strict=True))
