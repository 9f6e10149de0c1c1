"""The data sets that can be named."""

from dataclasses import replace
from pathlib import Path
from stat import S_ISDIR, S_ISREG

import resources
from engine.data import cifar, idx
from engine.data.cifar import read_cifar
from engine.data.dataset import Dataset
from engine.data.idx import read_idx
from engine.data.npz import read_npz
from engine.data.source import Source, parse
from engine.data.stream import GZIP_MAGIC
from engine.errors import BadInputError
from engine.words import quoted

BUNDLED = "bundled"
KINDS = "a .npz file, cifar-10-binary.tar.gz or its folder, or a folder with MNIST's IDX files"
SOURCES = (
    f"'{BUNDLED}', {KINDS}; :grey, :classes=airplane+automobile and :crop=24x24 after it choose one channel, some"
    " classes, the middle of the images"
)
_FOLDERS = {read_cifar: cifar.FILES, read_idx: idx.FILES}


def load(source: str) -> Dataset:
    """Return the data set *source*, e.g. "bundled" or "cifar-10-binary.tar.gz:grey:classes=airplane+automobile".

    Args:
        source: "bundled", or a path: a .npz file, CIFAR-10's binary archive or the folder extracted from it, a folder
            with the IDX files of MNIST or Fashion-MNIST, or any one file of such a folder. Options may follow, as
            ``engine.data.source`` has them.

    Raises:
        BadInputError: that is no usable data set, or an option does not fit it.
        OSError: it cannot be read.
    """
    wanted = parse(source)
    views = wanted.views()  # first: a slip of the pen is told before anything large is read
    dataset = _bundled() if wanted.path == BUNDLED else _read(Path(wanted.path))
    name = wanted.named(dataset.name)
    for view in views:
        dataset = view(dataset)
    return replace(dataset, name=name)


def lasting(source: str) -> str:
    """Return *source*, its options as they are, so that it means the same in every folder."""
    wanted = parse(source)
    path = wanted.path if wanted.path == BUNDLED else str(Path(wanted.path).absolute())
    return str(Source(path, wanted.options))


def _bundled() -> Dataset:
    return replace(read_npz(resources.path("digits", "bundled.npz")), name="Bundled MNIST digits")


def _read(path: Path) -> Dataset:
    """Return the data set at *path*, read as what it is."""
    try:
        mode = path.stat().st_mode
    except ValueError as error:  # a zero byte, or half of a surrogate pair
        raise BadInputError(f"{quoted(str(path))} is no path; choose {KINDS}.") from error
    if S_ISDIR(mode):
        return _read_folder(path.absolute())
    if S_ISREG(mode):
        return _read_file(path)
    raise BadInputError(f"{path} is neither a file nor a folder; choose {KINDS}.")


def _read_folder(folder: Path) -> Dataset:
    for read, files in _FOLDERS.items():
        if any((folder / file).is_file() for file in files):
            return read(folder)
    raise BadInputError(f"{folder.name} holds no data that can be read; choose {KINDS}.")


def _read_file(path: Path) -> Dataset:
    if any(path.name in files for files in _FOLDERS.values()):
        return _read_folder(path.absolute().parent)
    with path.open("rb") as stream:
        start = stream.read(2)
    if start == b"PK" or path.suffix.lower() == ".npz":
        return read_npz(path)
    if start == GZIP_MAGIC or path.suffix.lower() == ".tar":
        return read_cifar(path)
    raise BadInputError(f"{path.name} is no data that can be read; choose {KINDS}.")
