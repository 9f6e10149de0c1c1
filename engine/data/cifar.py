"""Read CIFAR-10 as it is published: cifar-10-binary.tar.gz, or the folder that was extracted from it.

A data file is records of 3,073 bytes: the label, then 32 × 32 pixels of red, of green and of blue, row by row;
batches.meta.txt names the classes, one a line.

Source: Krizhevsky, "The CIFAR-10 dataset", "Binary version", https://www.cs.toronto.edu/~kriz/cifar.html.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from engine.data.convert import to_class_names, to_labels
from engine.data.dataset import Dataset, Split
from engine.data.stream import open_stream, tar_members
from engine.errors import BadInputError
from engine.files.archive import UNPACKED_LIMIT
from engine.layer import Array
from engine.words import counted

CLASSES, SHAPE = 10, (3, 32, 32)
TRAIN, TEST = tuple(f"data_batch_{k}.bin" for k in range(1, 6)), "test_batch.bin"
CLASS_NAMES = "batches.meta.txt"
FILES = (*TRAIN, TEST, CLASS_NAMES)
_RECORD = 1 + 3 * 32 * 32  # bytes


def read_cifar(path: Path) -> Dataset:
    """Return CIFAR-10 from the archive or folder at *path*: images (N, 3, 32, 32), with as many records as there are.

    Nothing is written to the disk.

    Raises:
        BadInputError: something is damaged, missing, too large or not CIFAR-10; one sentence says what to do.
        OSError: it cannot be read.
    """
    contents = _from_folder(path) if path.is_dir() else _from_archive(path)
    if missing := [file for file in FILES if file not in contents]:
        raise BadInputError(
            f"{path.name} lacks {missing[0]}; choose CIFAR-10's binary version, cifar-10-binary.tar.gz, or the"
            " folder extracted from it."
        )
    names = _class_names(contents.pop(CLASS_NAMES), f"{path.name}: {CLASS_NAMES}")
    test = _split(path.name, {TEST: contents.pop(TEST)})
    return Dataset(path.name, _split(path.name, {file: contents[file] for file in TRAIN}), test, names)


def _from_folder(folder: Path) -> dict[str, bytearray]:
    """Return what the files in *folder* hold."""
    contents = {}
    for file in FILES:
        if (folder / file).is_file():
            with open_stream(folder / file, UNPACKED_LIMIT // len(FILES)) as stream:
                contents[file] = stream.rest()
    return contents


def _from_archive(path: Path) -> dict[str, bytearray]:
    """Return what the files in the .tar or .tar.gz at *path* hold."""
    contents: dict[str, bytearray] = {}
    with open_stream(path, UNPACKED_LIMIT) as stream:
        for file, size in tar_members(stream):
            if file in contents:
                raise BadInputError(f"{path.name} holds {file} twice; download it again.")
            if file in FILES:
                contents[file] = stream.read(size)
            else:
                stream.skip(size)
    return contents


def _split(name: str, contents: Mapping[str, bytearray]) -> Split:
    """Return the records of all files in *contents* as one split."""
    records = {file: _records(content, f"{name}: {file}") for file, content in contents.items()}
    labels = [to_labels(values[:, 0], f"{name}: {file}", CLASSES) for file, values in records.items()]
    images = np.concatenate([values[:, 1:] for values in records.values()])
    return Split(images.reshape(-1, *SHAPE), np.concatenate(labels))


def _records(content: bytearray, where: str) -> Array:
    """Return the records (N, 3073) of one file."""
    if not content or len(content) % _RECORD:
        raise BadInputError(
            f"{where} has {counted(len(content), 'byte')}, which is no whole number of images of {_RECORD:,} bytes;"
            " copy or download it again."
        )
    return np.frombuffer(content, np.uint8).reshape(-1, _RECORD)


def _class_names(content: bytearray, where: str) -> tuple[str, ...]:
    """Return the name of each class, from the lines that are not empty."""
    names = [line.strip() for line in content.decode("utf-8", "replace").splitlines() if line.strip()]
    if len(names) != CLASSES:
        raise BadInputError(
            f"{where} has {counted(len(names), 'name')} for {CLASSES} classes; copy or download it again."
        )
    return to_class_names(names, where)
