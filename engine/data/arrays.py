"""Read a folder with an array a file, .npy or .npz, as KMNIST is published: what each holds, its name says."""

from collections.abc import Iterable
from pathlib import Path

from engine.data import container
from engine.data.assembly import IMAGE_TYPES, LABEL_TYPES, TRAIN, WORDS, Part, assembled, check_fit, check_same_shape
from engine.data.dataset import Dataset
from engine.data.naming import IMAGES, LABELS, Role, role_within
from engine.errors import BadInputError
from engine.files import npy
from engine.files.archive import UNPACKED_LIMIT, open_archive
from engine.layer import Array
from engine.words import listed

SUFFIXES = (".npy", ".npz")


def is_array_file(name: str) -> bool:
    """Return whether a file of that *name* holds one array of a data set, e.g. kmnist-train-imgs.npz."""
    return name.lower().endswith(SUFFIXES) and role_within(Path(name).stem) is not None


def read_arrays(folder: Path, chosen: str = "") -> Dataset:
    """Return the data set whose arrays are in the files of *folder*; *chosen* names one of them, where there are more.

    Raises:
        BadInputError: a file is damaged, missing or too large, or they do not fit together.
        OSError: one cannot be read.
    """
    files = [file for file in container.files(folder, depth=0) if is_array_file(file.name)]
    found = _one_set(files, folder.name, chosen)
    headers = {role: _header(file, role) for role, file in found.items()}
    both = {part: [Role(part, kind) for kind in (IMAGES, LABELS)] for part in WORDS}
    parts = {part: roles for part, roles in both.items() if all(role in found for role in roles)}
    if TRAIN not in parts:
        lacking = next(role.kind for role in both[TRAIN] if role not in found)
        raise BadInputError(
            f"{folder.name} lacks a file with the training {lacking}, e.g. train-{lacking}.npz; put all files into one"
            " folder."
        )
    shapes = {
        part: check_fit(
            folder.name, (found[images].name, headers[images].shape), (found[labels].name, headers[labels].shape)
        )
        for part, (images, labels) in parts.items()
    }
    check_same_shape(folder.name, shapes)
    if (size := sum(header.size for header in headers.values())) > UNPACKED_LIMIT:
        raise BadInputError(
            f"{folder.name} holds {size / 2**30:.1f} GB of arrays, more than can be read; keep fewer images."
        )
    remarks = [
        f"{found[role].name} was left out, since it has no counterpart." for role in found if role.part not in parts
    ]
    read = {}
    for part, roles in parts.items():
        images, labels = (found[role] for role in roles)
        read[part] = Part(_array(images), _array(labels), images.name, labels.name)
    return assembled(folder.name, read, None, remarks)


def _one_set(files: Iterable[Path], where: str, chosen: str) -> dict[Role, Path]:
    """Return the files of one set by their roles: of the *chosen* file's set, where there are several."""
    sets: dict[str, dict[Role, Path]] = {}
    wanted = role_within(Path(chosen).stem)
    for file in files:
        if (named := role_within(file.stem)) is None:
            continue
        name, role = named
        if role in sets.setdefault(name, {}):
            raise BadInputError(f"{where} has both {sets[name][role].name} and {file.name}; leave one of them out.")
        sets[name][role] = file
    if wanted is not None and wanted[0] in sets:
        return sets[wanted[0]]
    if len(sets) != 1:
        raise BadInputError(f"{where} holds {len(sets)} data sets, {listed(sets)}; choose one of the files.")
    return next(iter(sets.values()))


def _header(file: Path, role: Role) -> npy.Header:
    """Return what *file* says of its array, having checked that it can be one of that *role*."""
    if file.suffix.lower() == ".npz":
        with open_archive(file) as archive:
            entries = sorted(archive.entries)
            if len(entries) != 1:
                raise BadInputError(
                    f"{file.name} has {len(entries)} arrays; save one array a file, or all in one file."
                )
            header = archive.header(entries[0])
    else:
        header = npy.header_of(file)
    if header.dtype.kind not in (IMAGE_TYPES if role.kind == IMAGES else LABEL_TYPES):
        raise BadInputError(f"{file.name} is of type {header.dtype}; save it as numbers.")
    return header


def _array(file: Path) -> Array:
    if file.suffix.lower() == ".npz":
        with open_archive(file) as archive:
            return archive.array(next(iter(archive.entries)))
    return npy.array_of(file)
