"""Labels as people have them, made into classes from 0: whole numbers from anywhere, words, one-hot rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.data.convert import MAX_CLASSES, pieces, to_class_names, to_different_names
from engine.data.dataset import Dataset, Labels
from engine.errors import BadInputError
from engine.files import npy
from engine.layer import Array
from engine.words import counted, listed, quoted

UNEVEN = 5  # times as many images of one class as of another: told


@dataclass(frozen=True, slots=True)
class Classes:
    """The labels of each array as numbers from 0, the names of all classes, and sentences on how they came about."""

    labels: tuple[Labels, ...]
    names: tuple[str, ...]
    remarks: tuple[str, ...] = ()


def to_classes(arrays: Mapping[str, Array], name: str, names: Sequence[str] | None = None) -> Classes:
    """Return the classes of all label *arrays* together.

    Args:
        arrays: by their names, those of training images first: (N,), (N, 1) or (1, N) whole numbers or texts, or
            (N, K) with a single 1 in each row.
        name: of the data set, for messages.
        names: of the classes, where the data brings them. Otherwise a class is called what its label is.

    Raises:
        BadInputError: more than one label an image, labels that are no classes, fewer than two, too many, or names
            that do not fit them.
    """
    given = None if names is None else to_different_names([each.strip(" ") for each in names], f"{name}: class_names")
    one_hot = [array for array, values in arrays.items() if _is_table(values)]
    flat = {array: _single(values, f"{name}: {array}") for array, values in arrays.items()}
    remarks = (f"{' and '.join(one_hot)} had a 1 in the column of each image's class.",) if one_hot else ()
    texts = {array: values for array, values in flat.items() if values.dtype.kind in "US"}
    if texts and len(texts) < len(flat):
        raise BadInputError(
            f"{name}: {next(iter(texts))} has words for labels and {next(a for a in flat if a not in texts)} numbers;"
            " write all of them in one way."
        )
    found = _of_texts(texts, name, given) if texts else _of_numbers(flat, name, given)
    if len(found.names) < 2:
        raise BadInputError(
            f"{name}: every image has the label {found.names[0]}; give it images of two classes or more."
        )
    return Classes(found.labels, found.names, remarks + found.remarks)


def balance(dataset: Dataset) -> tuple[str, ...]:
    """Return sentences on classes without images, and on classes that have many more than others."""
    told = []
    for part, split, so in (
        ("training", dataset.train, ", so the network cannot learn to recognise {0}"),
        ("test", dataset.test, ", so the test says nothing of {0}"),
    ):
        counts = np.bincount(split.labels, minlength=len(dataset.class_names))
        empty = np.flatnonzero(counts == 0) if len(split) else ()
        if len(empty):
            word, pronoun = ("Class", "it") if len(empty) == 1 else ("Classes", "them")
            verb = "has" if len(empty) == 1 else "have"
            named = listed([dataset.class_names[k] for k in empty])
            told.append(f"{word} {named} {verb} no {part} image{so.format(pronoun)}.")
    counts = np.bincount(dataset.train.labels, minlength=len(dataset.class_names))
    least, most = counts[counts > 0].min(initial=len(dataset.train)), counts.max(initial=0)
    if most >= UNEVEN * least and most - least > 3 * np.sqrt(most):  # more than chance makes of few images
        few = dataset.class_names[int(np.flatnonzero(counts == least)[0])]
        many = dataset.class_names[int(counts.argmax())]
        told.append(
            f"The classes are uneven: {counted(int(most), 'training image')} of {many}, {least:,} of {few}; always"
            f" answering {many} would be right for {100 * most / len(dataset.train):.0f} % of them."
        )
    return tuple(told)


def _is_table(values: Array) -> bool:
    return values.ndim == 2 and 1 not in values.shape


def _single(values: Array, where: str) -> Array:
    """Return one label an image, (N,): *values* as they are, or the column of the 1 in each row."""
    if not _is_table(values):
        return values.reshape(-1)
    if values.dtype.kind in "US" or values.shape[1] > MAX_CLASSES:
        raise _several(values, where)
    columns = np.empty(len(values), np.intp)
    for part in pieces(values):
        some = values[part]
        if not (np.isin(some, (0, 1)).all() and (some.sum(axis=1) == 1).all()):
            raise _several(values, where)
        columns[part] = some.argmax(axis=1)
    return columns


def _several(values: Array, where: str) -> BadInputError:
    return BadInputError(
        f"{where} has {values.shape[1]} labels an image, and a network here gives each image one class; save one label"
        f" an image, shape ({values.shape[0]},)."
    )


def _of_texts(arrays: Mapping[str, Array], name: str, given: tuple[str, ...] | None) -> Classes:
    """Return the classes that words are: in the order of the *given* names, else in that of the alphabet."""
    words = {array: _texts(values, f"{name}: {array}") for array, values in arrays.items()}
    distinct = sorted({word for each in words.values() for word in each})
    if all(map(_is_number, distinct)):
        numbers = {array: np.array(list(map(int, each)), np.int64) for array, each in words.items()}
        return _of_numbers(numbers, name, given)
    if given is not None and (unknown := [word for word in distinct if word not in given]):
        raise BadInputError(
            f"{name}: the label {quoted(unknown[0])} is not among the class_names {listed(given)}; add it to them."
        )
    _check_number(len(distinct), name)
    names = given or to_class_names(distinct, f"{name}: the labels")
    number = {word: k for k, word in enumerate(names)}
    labels = tuple(np.array([number[word] for word in each], np.intp) for each in words.values())
    told = f"The labels are words; the {len(names)} classes are called what they are, in alphabetical order."
    return Classes(labels, names, () if given else (told,))


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdecimal() and len(word) <= 9 and str(int(word)) == word


def _texts(values: Array, where: str) -> list[str]:
    """Return the texts of *values* without spaces around them, which nobody sees and tables often have."""
    try:
        return [text.strip(" ") for text in npy.texts(values)]
    except ValueError as error:
        raise BadInputError(f"{where} has a label that is no text; save the labels as numbers or as words.") from error


def _of_numbers(arrays: Mapping[str, Array], name: str, given: tuple[str, ...] | None) -> Classes:
    """Return the classes that numbers are: those that occur in any of the arrays, in their order."""
    present = np.unique(np.concatenate([_whole(values, f"{name}: {array}") for array, values in arrays.items()]))
    if present[0] < 0 and present.tolist() != [-1, 1]:
        raise _no_class(present[0], name, arrays)
    _check_number(len(present), name)
    if given is not None:
        return _with_names(arrays, present, name, given)
    labels = tuple(np.searchsorted(present, values).astype(np.intp) for values in arrays.values())
    names = tuple(str(value) for value in present.tolist())
    if present[0] == 0 and present[-1] == len(present) - 1:
        return Classes(labels, names)
    if present[-1] - present[0] == len(present) - 1:
        told = f"The labels are {names[0]} to {names[-1]}; the {len(names)} classes are called what they are."
    else:
        told = f"The labels are {listed(names)}; the {len(names)} classes are called what they are."
    return Classes(labels, names, (told,))


def _with_names(arrays: Mapping[str, Array], present: Array, name: str, given: tuple[str, ...]) -> Classes:
    """Return the classes of numbers for which there are names."""
    first, last, count = int(present[0]), int(present[-1]), len(given)
    if first >= 0 and last < count:
        return Classes(tuple(values.astype(np.intp) for values in arrays.values()), given)
    if first >= 1 and last == count:
        told = f"The labels are {first} to {last}: {first} is the class {given[first - 1]}, and so on."
        return Classes(tuple(values.astype(np.intp) - 1 for values in arrays.values()), given, (told,))
    if len(present) == count:
        labels = tuple(np.searchsorted(present, values).astype(np.intp) for values in arrays.values())
        named = listed([f"{label} is {class_name}" for label, class_name in zip(present, given, strict=True)])
        return Classes(labels, given, (f"The {count} different labels got the names in their order: {named}.",))
    raise BadInputError(
        f"{name}: class_names has {counted(count, 'name')} for labels from {first} to {last}; give as many names as"
        f" there are classes, {last + 1}, in the order of the labels."
    )


def _whole(values: Array, where: str) -> Array:
    """Return the different labels in *values*, having checked that they are whole numbers."""
    present = np.unique(values)
    if values.dtype.kind == "f":
        with np.errstate(invalid="ignore"):  # a signalling NaN warns in any arithmetic
            present = present.astype(np.float64)
            wrong = present[~(np.isfinite(present) & (present == np.rint(present)) & (abs(present) < 2**53))]
        if len(wrong):
            raise BadInputError(
                f"{where} has the label {wrong[0]}; labels are whole numbers or words, one for each class."
            )
    if len(present) and present[-1] > np.iinfo(np.int64).max:
        raise BadInputError(f"{where} has the label {present[-1]}; number the classes from 0.")
    return present.astype(np.int64)


def _no_class(label: int, name: str, arrays: Mapping[str, Array]) -> BadInputError:
    array = next(array for array, values in arrays.items() if (values == label).any())
    return BadInputError(
        f"{name}: {array} has the label {label}, which is no class; leave images without a class out, and number the"
        " classes from 0."
    )


def _check_number(count: int, name: str) -> None:
    if count > MAX_CLASSES:
        raise BadInputError(
            f"{name} has {count:,} different labels, more than {MAX_CLASSES:,} classes; group them, or choose data with"
            " classes."
        )
