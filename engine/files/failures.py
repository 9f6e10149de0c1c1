"""What a file that cannot be read or written comes to, in one sentence for a person."""

import errno
from pathlib import Path

PLACE = "choose another place"
REMEDIES = {
    errno.ENOENT: "check its name and its folder",
    errno.ENOTDIR: "check the path: a part of it is no folder",
    errno.EISDIR: "name a file",
    errno.EACCES: f"{PLACE}, or ask for permission to use this one",
    errno.EPERM: f"{PLACE}, or ask for permission to use this one",
    errno.EROFS: PLACE,
    errno.ENOSPC: f"free some space there, or {PLACE}",
    errno.EDQUOT: f"free some space there, or {PLACE}",
    errno.ENAMETOOLONG: "choose a shorter name",
}


def told(error: OSError, path: Path | None = None) -> str:
    """Return what *error* says of *path*, or else of the file that it names, and what to do about it."""
    if error.errno is None or error.strerror is None:
        return f"{str(error).rstrip('.')}."
    file = path or error.filename
    remedy = REMEDIES.get(error.errno, "choose another file or folder" if file else "")
    what = f"{file}: {error.strerror}" if file else error.strerror
    return f"{what}; {remedy}." if remedy else f"{what}."
