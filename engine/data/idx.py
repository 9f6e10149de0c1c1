"""Read MNIST and what is published like it: four IDX files, each plain or as .gz, in a folder or in an archive.

An IDX file is 0, 0, 8 for bytes (12 for numbers of four), the number of axes, each extent as four bytes with the
highest first, the values.

Source: LeCun, Cortes, Burges, "The MNIST database of handwritten digits", "File formats for the MNIST database",
http://yann.lecun.com/exdb/mnist/.
"""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np

from engine.data import container
from engine.data.assembly import TEST, TRAIN, Part
from engine.data.convert import image_layout
from engine.data.dataset import Dataset
from engine.data.naming import IMAGES, LABELS, Role, role_within
from engine.data.published import emnist_set, named
from engine.data.stream import Stream, open_stream
from engine.errors import BadInputError
from engine.files.archive import UNPACKED_LIMIT
from engine.layer import Array
from engine.words import counted, listed

AXES = {IMAGES: 3, LABELS: 1}
_ROWS = bytes((0, 0, 0x0C, 2))  # of an IDX file of whole numbers of four bytes with two axes; the class comes first
_ROLES = tuple(Role(part, kind) for part in (TRAIN, TEST) for kind in AXES)


@dataclass(frozen=True, slots=True)
class IdxName:
    """What the *name* of an IDX file says: of which *set* it is, '' for none, and its *role*."""

    name: str
    set: str
    role: Role


def idx_name(name: str) -> IdxName | None:
    """Return what the name of a file says if it is that of an IDX file, e.g. train-images-idx3-ubyte.gz; else None."""
    stem = name[:-3] if name.lower().endswith(".gz") else name
    found = role_within(stem) if "idx" in stem.lower() and name.isprintable() else None
    return IdxName(name, *found) if found and found[1] in _ROLES else None


def read_idx(path: Path, chosen: str = "") -> Dataset:
    """Return the data set at *path*, its images (N, 1, H, W).

    Args:
        path: a folder, whose files may be in folders of their own, or an archive, .tar, .tar.gz or .zip.
        chosen: the name of one of the files, which says which set is meant where there are several.

    The ten classes are garments where the folder's name has "fashion" in it (or that of the folder above one named
    "raw", as torchvision lays it out), else digits; EMNIST's sets have classes of their own, and their images, which
    are stored with rows and columns exchanged, are put upright.

    Raises:
        BadInputError: a file is damaged, missing, too large or no IDX file; one sentence says what to do.
        OSError: one cannot be read.
    """
    place = path.parent if path.name == "raw" else path
    arrays = _from_folder(path, chosen) if path.is_dir() else _from_archive(path, chosen)
    name = next(iter(arrays)).set
    parts = {}
    for part in (TRAIN, TEST):
        images, labels = (_only(arrays, Role(part, kind), path.name) for kind in AXES)
        if len(arrays[images]) != len(arrays[labels]):
            raise BadInputError(
                f"{labels.name} has {counted(len(arrays[labels]), 'label')} for"
                f" {counted(len(arrays[images]), 'image')}; put files of one data set together."
            )
        parts[part] = Part(arrays[images], arrays[labels], images.name, labels.name)
    emnist = emnist_set(name) if name.startswith("emnist") else None
    return named(place.name, parts, emnist, "fashion" in place.name.lower() or "fashion" in name, [])


def _only(names: Iterable[IdxName], role: Role, where: str) -> IdxName:
    """Return the one of *names* with that *role*."""
    names = list(names)
    if found := next((each for each in names if each.role == role), None):
        return found
    missing = _spelling(names[0].set, role)
    raise BadInputError(f"{where} lacks {missing}, plain or as .gz; put all four IDX files into one folder.")


def _spelling(name: str, role: Role) -> str:
    """Return how the file with that *role* is usually called."""
    part = role.part if role.part == TRAIN or name.startswith("emnist") else "t10k"
    start = f"{name.replace('_', '-')}-" if name else ""
    return f"{start}{part}-{role.kind}-idx{AXES[role.kind]}-ubyte"


def _one_set(names: Iterable[IdxName], where: str, chosen: str) -> list[IdxName]:
    """Return those of *names* that are of one set, the *chosen* file's; of a plain file and a packed one the plain."""
    known = {name.name: name for name in names}
    sets = sorted({name.set for name in known.values()})
    wanted = idx_name(chosen)
    if not sets:
        raise BadInputError(
            f"{where} lacks {_spelling('', _ROLES[0])}, plain or as .gz; put all four IDX files into one folder."
        )
    if wanted is None and len(sets) > 1:
        raise BadInputError(
            f"{where} holds {len(sets)} data sets, {listed(sets)}; choose one of the files, not the folder."
        )
    name = sets[0] if wanted is None else wanted.set
    ordered = sorted(
        (each for each in known.values() if each.set == name), key=lambda each: (len(each.name), each.name)
    )
    return list({each.role: each for each in reversed(ordered)}.values())


def _from_folder(folder: Path, chosen: str) -> dict[IdxName, Array]:
    """Return the arrays of one set in *folder*, or else in the folders in it."""
    paths: dict[str, Path] = {}
    for file in container.files(folder):
        if file.parent != folder and paths and next(iter(paths.values())).parent == folder:
            break  # what lies beside them belongs to something else
        if idx_name(file.name) is None:
            continue
        if file.name in paths:
            raise BadInputError(
                f"{folder.name} holds {file.name} in {paths[file.name].parent.name} and in {file.parent.name}; choose"
                " one of these folders."
            )
        paths[file.name] = file
    found = _one_set(filter(None, map(idx_name, paths)), folder.name, chosen)
    for role in _ROLES:
        _only(found, role, folder.name)
    arrays = {}
    for name in sorted(found, key=lambda each: _ROLES.index(each.role)):
        with open_stream(paths[name.name], UNPACKED_LIMIT // 2) as stream:
            arrays[name] = _array(stream, name.role.kind)
    return arrays


def _from_archive(path: Path, chosen: str) -> dict[IdxName, Array]:
    """Return the arrays of one set in the archive at *path*."""
    contents = container.contents(path, lambda name: idx_name(name) is not None, UNPACKED_LIMIT)
    found = _one_set(filter(None, map(idx_name, contents)), path.name, chosen)
    arrays = {}
    for name in found:
        stream = Stream(io.BytesIO(contents[name.name]), name.name, UNPACKED_LIMIT)
        arrays[name] = _array(stream, name.role.kind)
    return arrays


def _array(stream: Stream, kind: str) -> Array:
    """Return the array in the IDX file that *stream* gives: images, or labels, of which QMNIST has a row an image."""
    head, axes = stream.read(4), AXES[kind]
    if head != bytes((0, 0, 8, axes)) and not (kind == LABELS and head == _ROWS):
        raise BadInputError(
            f"{stream.name} does not begin as an IDX file of bytes with {'1 axis' if axes == 1 else f'{axes} axes'};"
            " copy or download it again."
        )
    rows = head == _ROWS
    shape = tuple(np.frombuffer(stream.read(4 * head[3]), ">u4").tolist())
    if kind == IMAGES:
        image_layout(shape, stream.name)
    dtype = np.dtype(">i4" if rows else np.uint8)
    values = stream.read(prod(shape) * dtype.itemsize)
    stream.end()
    array = np.frombuffer(values, dtype).reshape(shape)
    return array[:, 0] if rows and shape[1] else array
