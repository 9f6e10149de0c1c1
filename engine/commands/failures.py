"""What goes wrong, told on standard error in one sentence for a person."""

import sys
from collections.abc import Iterable
from contextlib import suppress


def tell(sentence: str) -> None:
    """Print *sentence* on standard error; a terminal that was closed meanwhile does not hear it, and that is all."""
    with suppress(OSError, ValueError):
        print(f"cnn-engine: {sentence}", file=sys.stderr, flush=True)


def tell_of_data(remarks: Iterable[str]) -> None:
    """Print on standard error what was done to the data when it was read, a sentence a line."""
    for remark in remarks:
        tell(f"data: {remark}")
