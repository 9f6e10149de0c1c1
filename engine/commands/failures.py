"""What goes wrong, told on standard error in one sentence for a person."""

import errno
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

PLACE = "choose another place"
REMEDIES = {
    errno.ENOENT: "check its name and its folder",
    errno.ENOTDIR: "check the path: a part of it is no folder",
    errno.EISDIR: "name a file",
    errno.EACCES: f"{PLACE}, or ask for the right to use this one",
    errno.EPERM: f"{PLACE}, or ask for the right to use this one",
    errno.EROFS: PLACE,
    errno.ENOSPC: f"make room there, or {PLACE}",
    errno.EDQUOT: f"make room there, or {PLACE}",
    errno.ENAMETOOLONG: "choose a shorter name",
}


def tell(sentence: str) -> None:
    """Print *sentence* on standard error; a terminal that was closed meanwhile does not hear it, and that is all."""
    with suppress(OSError, ValueError):
        print(f"cnn-engine: {sentence}", file=sys.stderr, flush=True)


def tell_of_data(remarks: Iterable[str]) -> None:
    """Print on standard error what was done to the data when it was read, a sentence a line."""
    for remark in remarks:
        tell(f"data: {remark}")


def told(error: OSError, path: Path | None = None) -> str:
    """Return what *error* says of its file, or of *path* where it names none, and what to do about it."""
    if error.errno is None or error.strerror is None:
        return f"{str(error).rstrip('.')}."
    file = error.filename or path
    remedy = REMEDIES.get(error.errno, "choose another file or folder" if file else "")
    what = f"{file}: {error.strerror}" if file else error.strerror
    return f"{what}; {remedy}." if remedy else f"{what}."
