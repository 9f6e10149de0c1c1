"""Read a data set from a .npz file: the arrays x_train, y_train, x_test, y_test and, where it has it, class_names."""

from pathlib import Path

from engine.data.convert import image_shape, to_class_names, to_images, to_labels
from engine.data.dataset import Dataset, Split
from engine.errors import BadInputError
from engine.files.archive import Archive, open_archive
from engine.files.npy import Header
from engine.layer import Shape
from engine.shapes import show
from engine.words import counted

ARRAYS = ("x_train", "y_train", "x_test", "y_test")


def read_npz(path: Path) -> Dataset:
    """Return the data set in the file at *path*.

    Images are (N, H, W), (N, C, H, W) or (N, H, W, C) with 1 or 3 channels: whole numbers from 0 to 255, or
    fractions from 0 to 255 or from 0 to 1. Labels are whole numbers from 0, (N,) or (N, 1); the largest one in
    y_train sets the number of classes. All headers are checked before any array is read.

    Raises:
        BadInputError: the file is damaged, too large or no such data set; one sentence says what to do.
        OSError: it cannot be read.
    """
    with open_archive(path) as archive:
        _check_headers(archive)
        x_train, y_train, x_test, y_test = (archive.array(f"{name}.npy") for name in ARRAYS)
        train_labels = to_labels(y_train, f"{path.name}: y_train")
        names = _class_names(archive, int(train_labels.max()) + 1)
    test_labels = to_labels(y_test, f"{path.name}: y_test", len(names))
    fractions = all(x.max() <= 1 for x in (x_train, x_test) if x.dtype.kind == "f")
    train = Split(to_images(x_train, f"{path.name}: x_train", fractions), train_labels)
    test = Split(to_images(x_test, f"{path.name}: x_test", fractions), test_labels)
    return Dataset(path.name, train, test, names)


def _check_headers(archive: Archive) -> None:
    """Raise BadInputError unless every array is there, of numbers, and of a shape that fits the others."""
    if missing := [name for name in ARRAYS if f"{name}.npy" not in archive.entries]:
        raise BadInputError(f"{archive.name} lacks {', '.join(missing)}; save it with arrays {', '.join(ARRAYS)}.")
    headers = {name: archive.header(f"{name}.npy") for name in ARRAYS}
    for name, header in headers.items():
        if header.dtype.kind not in "uif":
            raise BadInputError(f"{archive.name}: {name} is of type {header.dtype}; save it as numbers.")
    train, test = (_pair(archive.name, part, headers[f"x_{part}"], headers[f"y_{part}"]) for part in ("train", "test"))
    if train != test:
        raise BadInputError(
            f"{archive.name}: training images are {show(train)} and test images {show(test)} (channels × height ×"
            " width); make them the same."
        )


def _pair(name: str, part: str, images: Header, labels: Header) -> Shape:
    """Return (C, H, W) of the images, and raise BadInputError unless there is one label for each."""
    shape = image_shape(images.shape, f"{name}: x_{part}")
    if labels.shape not in ((images.shape[0],), (images.shape[0], 1)):
        raise BadInputError(
            f"{name}: y_{part} has shape {labels.shape} for {counted(images.shape[0], 'image')}; give each image one"
            " label."
        )
    return shape


def _class_names(archive: Archive, classes: int) -> tuple[str, ...]:
    """Return the name of each class: the file's own, or "0", "1", and so on."""
    if classes < 2:
        raise BadInputError(f"{archive.name}: y_train has the label 0 alone; give it images of two classes or more.")
    if "class_names.npy" not in archive.entries:
        return tuple(map(str, range(classes)))
    header = archive.header("class_names.npy")
    if header.dtype.kind != "U" or header.shape != (classes,):
        raise BadInputError(
            f"{archive.name}: class_names is {header.shape} of type {header.dtype}; make it {classes} texts, one for"
            " each label in y_train."
        )
    return to_class_names(archive.texts("class_names.npy"), f"{archive.name}: class_names")
