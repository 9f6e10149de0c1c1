"""Waiting for files that are read beside the GUI."""

import threading

PATIENCE = 10  # s


def finish() -> None:
    """Wait until no file is being read any more."""
    for thread in threading.enumerate():
        if thread.name == "reading":
            thread.join(PATIENCE)
