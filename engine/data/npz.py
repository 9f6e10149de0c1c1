"""Read a data set from a .npz file, by the names that its arrays usually have."""

from pathlib import Path

from engine.data.assembly import IMAGE_TYPES, LABEL_TYPES, TRAIN, WORDS, Part, assembled, check_fit, check_same_shape
from engine.data.dataset import Dataset
from engine.data.naming import IMAGES, LABELS, UNDERSTOOD, Role, by_role
from engine.errors import BadInputError
from engine.files.archive import Archive, open_archive
from engine.words import listed

CLASS_NAMES = ("class_names", "label_names", "classes", "list_classes")


def read_npz(path: Path) -> Dataset:
    """Return the data set in the file at *path*.

    Arrays are known by their names, in small or capital letters: x_train, train_images, images_train and the like;
    val_... are validation images, and x and y without a word for the part are split here. Which layouts, ranges of
    pixels and labels are read, ``engine.data.convert``, ``pixels`` and ``labels`` say. All headers are checked before
    any array is read.

    Raises:
        BadInputError: the file is damaged, too large or no such data set; one sentence says what to do.
        OSError: it cannot be read.
    """
    with open_archive(path) as archive:
        arrays = _arrays(archive)
        found = _found(archive.name, arrays)
        parts = _checked(archive, found)
        remarks = _left_out(found, parts)
        read = {
            part: Part(archive.array(f"{images}.npy"), archive.array(f"{labels}.npy"), images, labels)
            for part, (images, labels) in parts.items()
        }
        names = _class_names(archive)
    return assembled(path.name, read, names, remarks)


def _arrays(archive: Archive) -> list[str]:
    """Return the names of the arrays; one that cannot be printed is none that anybody gave."""
    names = (entry.removesuffix(".npy") for entry in archive.entries if entry.endswith(".npy"))
    return sorted(name for name in names if name.isprintable())


def _found(name: str, arrays: list[str]) -> dict[Role, str]:
    """Return which array holds what; raises BadInputError where that cannot be told."""
    if arrays and all(array.startswith("arr_") for array in arrays):
        raise BadInputError(
            f"{name} has {listed(arrays)}, arrays without names, so which are images and which labels is not"
            f" known; save it again with names: np.savez(file, x_train=..., y_train=..., x_test=..., y_test=...). Names"
            f" that are understood: {UNDERSTOOD}."
        )
    found = by_role(arrays, name)
    if missing := [Role(TRAIN, kind) for kind in (IMAGES, LABELS) if Role(TRAIN, kind) not in found]:
        lacking = " and ".join(f"training {role.kind}" for role in missing)
        has = f"it has {listed(arrays)}" if arrays else "it has no arrays"
        raise BadInputError(f"{name} lacks {lacking}; {has}. Names that are understood: {UNDERSTOOD}.")
    return found


def _checked(archive: Archive, found: dict[Role, str]) -> dict[str, tuple[str, str]]:
    """Return the names of images and labels of each part that has both, their headers having been checked."""
    both = {part: (found.get(Role(part, IMAGES)), found.get(Role(part, LABELS))) for part in WORDS}
    parts = {part: (images, labels) for part, (images, labels) in both.items() if images and labels}
    shapes = {}
    for part, (images, labels) in parts.items():
        image, label = (archive.header(f"{array}.npy") for array in (images, labels))
        for array, header, kinds in ((images, image, IMAGE_TYPES), (labels, label, LABEL_TYPES)):
            if header.dtype.kind not in kinds:
                raise BadInputError(f"{archive.name}: {array} is of type {header.dtype}; save it as numbers.")
        shapes[part] = check_fit(archive.name, (images, image.shape), (labels, label.shape))
    check_same_shape(archive.name, shapes)
    return parts


def _left_out(found: dict[Role, str], parts: dict[str, tuple[str, str]]) -> list[str]:
    """Return sentences on arrays that are of no use without their labels or images."""
    return [
        f"{name} was left out, since it has no {LABELS if role.kind == IMAGES else IMAGES}."
        for role, name in found.items()
        if role.part not in parts
    ]


def _class_names(archive: Archive) -> list[str] | None:
    """Return the names of the classes, None where the file has none."""
    entry = next((f"{name}.npy" for name in CLASS_NAMES if f"{name}.npy" in archive.entries), None)
    if entry is None:
        return None
    header = archive.header(entry)
    if header.dtype.kind not in "USui" or len(header.shape) != 1:
        raise BadInputError(
            f"{archive.name}: {entry.removesuffix('.npy')} is {header.shape} of type {header.dtype}; make it a row of"
            " texts, one for each class."
        )
    return archive.texts(entry)
