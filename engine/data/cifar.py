"""Read CIFAR-10 and CIFAR-100 as they are published: their binary archives, or the folders extracted from them.

A data file is records: the label, one byte, or in CIFAR-100 two, the coarse one first; then 32 × 32 pixels of red, of
green and of blue, row by row. batches.meta.txt, or fine_label_names.txt and coarse_label_names.txt, name the classes.

Source: Krizhevsky, "The CIFAR-10 dataset", "Binary version", https://www.cs.toronto.edu/~kriz/cifar.html.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from engine.data import container
from engine.data.convert import to_different_names, to_labels
from engine.data.dataset import Dataset, Split
from engine.data.stream import open_stream
from engine.errors import BadInputError
from engine.files.archive import UNPACKED_LIMIT
from engine.layer import Array
from engine.words import counted

CLASSES, SHAPE = 10, (3, 32, 32)
TRAIN, TEST = tuple(f"data_batch_{k}.bin" for k in range(1, 6)), "test_batch.bin"
CLASS_NAMES = "batches.meta.txt"
FILES = (*TRAIN, TEST, CLASS_NAMES)
_IMAGE = 3 * 32 * 32  # bytes

TRAIN_100, TEST_100 = "train.bin", "test.bin"
LEVELS = {"coarse": 20, "fine": 100}  # which label -> its number of classes, in the order of the two bytes
NAMES_100 = {level: f"{level}_label_names.txt" for level in LEVELS}
FILES_100 = (TRAIN_100, TEST_100, *NAMES_100.values())
_FINE = (
    "apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can castle"
    " caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin elephant"
    " flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard lobster man"
    " maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree"
    " plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk skyscraper"
    " snail snake spider squirrel streetcar sunflower sweet_pepper table tank telephone television tiger tractor train"
    " trout tulip turtle wardrobe whale willow_tree wolf woman worm"
)
_COARSE = (
    "aquatic_mammals fish flowers food_containers fruit_and_vegetables household_electrical_devices"
    " household_furniture insects large_carnivores large_man-made_outdoor_things large_natural_outdoor_scenes"
    " large_omnivores_and_herbivores medium_mammals non-insect_invertebrates people reptiles small_mammals trees"
    " vehicles_1 vehicles_2"
)
PUBLISHED = {"fine": tuple(_FINE.split()), "coarse": tuple(_COARSE.split())}  # the names of CIFAR-100's classes


def read_cifar(path: Path) -> Dataset:
    """Return CIFAR-10 from the archive or folder at *path*: images (N, 3, 32, 32), with as many records as there are.

    Nothing is written to the disk.

    Raises:
        BadInputError: something is damaged, missing, too large or not CIFAR-10; one sentence says what to do.
        OSError: it cannot be read.
    """
    contents = _contents(path, FILES)
    if missing := [file for file in FILES if file not in contents]:
        raise BadInputError(
            f"{path.name} lacks {missing[0]}; choose CIFAR-10's binary version, cifar-10-binary.tar.gz, or the"
            " folder extracted from it."
        )
    names = _class_names(contents.pop(CLASS_NAMES), f"{path.name}: {CLASS_NAMES}", CLASSES)
    test = _split(path.name, {TEST: contents.pop(TEST)})
    return Dataset(path.name, _split(path.name, {file: contents[file] for file in TRAIN}), test, names)


def read_cifar_100(path: Path, level: str = "fine") -> Dataset:
    """Return CIFAR-100 from the archive or folder at *path*, labelled by its 100 *fine* or its 20 *coarse* classes.

    Where the files with the names are missing, the published names are taken.

    Raises:
        BadInputError: something is damaged, missing, too large or not CIFAR-100; one sentence says what to do.
        OSError: it cannot be read.
    """
    contents = _contents(path, FILES_100)
    if missing := [file for file in (TRAIN_100, TEST_100) if file not in contents]:
        raise BadInputError(
            f"{path.name} lacks {missing[0]}; choose CIFAR-100's binary version, cifar-100-binary.tar.gz, or the"
            " folder extracted from it."
        )
    file, classes = NAMES_100[level], LEVELS[level]
    published = PUBLISHED[level]
    names = _class_names(contents[file], f"{path.name}: {file}", classes) if file in contents else published
    train, test = (
        _split(path.name, {file: contents[file]}, classes, list(LEVELS).index(level), len(LEVELS))
        for file in (TRAIN_100, TEST_100)
    )
    other = "20 coarse" if level == "fine" else "100 fine"
    told = f"CIFAR-100 has two labels an image; these are the {classes} {level} classes, and there are {other} ones."
    return Dataset(path.name, train, test, names, remarks=(told,))


def _contents(path: Path, files: Sequence[str]) -> dict[str, bytearray]:
    """Return what those of *files* that there are in the folder or archive at *path* hold."""
    if not path.is_dir():
        return container.contents(path, lambda name: name in files, UNPACKED_LIMIT)
    contents = {}
    for file in files:
        if (path / file).is_file():
            with open_stream(path / file, UNPACKED_LIMIT // len(files)) as stream:
                contents[file] = stream.rest()
    return contents


def _split(
    name: str, contents: Mapping[str, bytearray], classes: int = CLASSES, label: int = 0, labels: int = 1
) -> Split:
    """Return the records of all files in *contents* as one split, labelled by byte number *label* of *labels* ones."""
    records = {file: _records(content, f"{name}: {file}", labels) for file, content in contents.items()}
    found = [to_labels(values[:, label], f"{name}: {file}", classes) for file, values in records.items()]
    images = np.concatenate([values[:, labels:] for values in records.values()])
    return Split(images.reshape(-1, *SHAPE), np.concatenate(found))


def _records(content: bytearray, where: str, labels: int) -> Array:
    """Return the records (N, *labels* + 3072) of one file."""
    size = labels + _IMAGE
    if not content or len(content) % size:
        raise BadInputError(
            f"{where} has {counted(len(content), 'byte')}, which is not a whole number of images of {size:,} bytes;"
            " copy or download it again."
        )
    return np.frombuffer(content, np.uint8).reshape(-1, size)


def _class_names(content: bytearray, where: str, classes: int) -> tuple[str, ...]:
    """Return the name of each class, from the lines that are not empty."""
    names = [line.strip() for line in content.decode("utf-8", "replace").splitlines() if line.strip()]
    if len(names) != classes:
        raise BadInputError(
            f"{where} has {counted(len(names), 'name')} for {classes} classes; copy or download it again."
        )
    return to_different_names(names, where)
