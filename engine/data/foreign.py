"""Data in forms that are not read here: told by their first bytes, and refused with the form to get instead."""

from collections.abc import Iterable
from pathlib import Path

from engine.data.stream import GZIP_MAGIC, open_stream
from engine.errors import BadInputError
from engine.files import reading

UNSAFE = "pickles are never opened, because opening one can run any program"
_SAVE = "save its arrays with np.savez(file, x_train=..., y_train=..., x_test=..., y_test=...)"
_CIFAR = {
    "data_batch_1": "cifar-10-binary.tar.gz", "test_batch": "cifar-10-binary.tar.gz",
    "meta": "cifar-100-binary.tar.gz",
}  # fmt: skip
_CIFAR_PAGE = "https://www.cs.toronto.edu/~kriz/cifar.html"
_HEAD = 4096  # bytes looked at
_STARTS = {
    b"\x89HDF\r\n\x1a\n": "an HDF5 file, of which there are many kinds",
    b"MATLAB 5.0 MAT-file": "a MATLAB file",
    b"PAR1": "a Parquet file",
    b"ARROW1": "an Arrow file",
    b"SQLite format 3": "a database",
}
_PACKED = {b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"7z\xbc\xaf": "7z", b"Rar!": "RAR", b"\x28\xb5\x2f\xfd": "Zstandard"}
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*")


def refuse_pickles(names: Iterable[str], where: str) -> None:
    """Raise BadInputError where files of those *names* are CIFAR's version for Python, or PyTorch's."""
    names = set(names)
    if found := next((name for name in _CIFAR if name in names), None):
        raise BadInputError(
            f"{where} is CIFAR's version for Python, which is made of pickles, and {UNSAFE}; get {_CIFAR[found]} from"
            f" {_CIFAR_PAGE} instead."
        )
    if "data.pkl" in names or any(name.lower().endswith((".pkl", ".pickle", ".pt", ".pth")) for name in names):
        raise BadInputError(f"{where} is made of pickles, and {UNSAFE}; {_SAVE} in the program that made it.")


def refuse_foreign(path: Path) -> None:
    """Raise BadInputError where the file at *path* is, by its first bytes, of a known form that is not read here."""
    head, packed = first_bytes(path)
    if _is_pickle(head):
        if path.name in _CIFAR:
            refuse_pickles([path.name], path.name)
        raise BadInputError(
            f"{path.name} is a pickle, and {UNSAFE}; {_SAVE} in the program that made it, or get the data as .npz or as"
            " IDX files."
        )
    if form := next((form for start, form in _STARTS.items() if head.startswith(start)), None):
        raise BadInputError(f"{path.name} is {form}, which is not read here; {_SAVE} in the program that made it.")
    if method := next((method for start, method in _PACKED.items() if head.startswith(start)), None):
        raise BadInputError(f"{path.name} is packed by {method}; unpack it, and choose what comes out.")
    if head.startswith(_PICTURES):
        raise BadInputError(
            f"{path.name} is a single picture; for data to train on, choose a folder that has a folder of pictures for"
            " each class."
        )
    if packed and head.startswith((b"PK", b"\x93NUMPY")):
        raise BadInputError(f"{path.name} holds arrays packed once more, as .gz; unpack it, and choose what comes out.")


def first_bytes(path: Path) -> tuple[bytes, bool]:
    """Return the first bytes of the file at *path*, unpacked where it is a .gz, and whether it is one."""
    with reading.opened(path) as file:
        head = file.read(_HEAD)
    if not head.startswith(GZIP_MAGIC):
        return head, False
    with open_stream(path, 2**30) as stream:
        return stream.some(_HEAD), True


def _is_pickle(head: bytes) -> bool:
    """Return whether *head* starts as a pickle of protocol 2 to 5 does, or of an older one with NumPy's arrays."""
    return (head[:1] == b"\x80" and head[1:2] in (b"\2", b"\3", b"\4", b"\5")) or head.startswith(
        (b"(dp", b"(lp", b"ccopy_reg", b"cnumpy")
    )
