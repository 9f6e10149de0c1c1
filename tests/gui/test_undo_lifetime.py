"""A document that nobody holds any more takes its undo stack along, without a crash."""

import subprocess
import sys

# In a process of its own: two owners of one command end in a segmentation fault.
PROGRAM = """
import gc
from PySide6.QtCore import QCoreApplication
from cnn_gui.document import Document

app = QCoreApplication([])
for _ in range(6):
    document = Document()
    for _ in range(5):
        document.append("conv2d")
    for _ in range(2):
        document.undo_stack.undo()
    del document
gc.collect()
print("done")
"""


def test_that_documents_with_undone_edits_can_be_garbage_collected() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
