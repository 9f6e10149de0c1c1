"""Classes made from labels as people have them."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data.dataset import Dataset, Split
from engine.data.labels import balance, to_classes
from engine.errors import BadInputError

NUMBERS = st.lists(st.integers(0, 60), min_size=2, max_size=40).filter(lambda labels: len(set(labels)) > 1)


def classes(*arrays: Any, names: Any = None) -> Any:
    return to_classes({f"y{k}": np.asarray(values) for k, values in enumerate(arrays)}, "data", names)


def called(found: Any, k: int = 0) -> list[str]:
    """Return the name of the class of each image of array *k*."""
    return [found.names[label] for label in found.labels[k]]


@given(labels=NUMBERS, others=NUMBERS, kind=st.sampled_from(["u1", "<i8", ">i4", "f4", "U", "S", "column", "row"]))
def test_that_each_image_is_of_the_class_that_its_label_says(labels: list[int], others: list[int], kind: str) -> None:
    """In whatever form: with holes, from anywhere, as texts; the classes are those of all arrays, in order."""
    forms = {
        "column": lambda x: np.array(x)[:, None], "row": lambda x: np.array(x)[None],
        "U": lambda x: np.array(x).astype("U3"), "S": lambda x: np.array(x).astype("S3"),
    }  # fmt: skip
    form = forms.get(kind, lambda x: np.array(x).astype(kind))
    found = classes(form(labels), form(others))
    assert found.names == tuple(map(str, sorted({*labels, *others})))
    assert called(found, 0) == list(map(str, labels)) and called(found, 1) == list(map(str, others))
    from_zero = sorted({*labels, *others}) == list(range(len(found.names)))
    assert bool(found.remarks) != from_zero


@given(words=st.lists(st.text("abcäöü猫 ", min_size=1, max_size=5), min_size=2, max_size=20))
def test_that_words_are_the_names(words: list[str]) -> None:
    words = [word.strip() or "x" for word in words]
    if len(set(words)) < 2:
        words.append(f"{words[0]}!")
    found = classes(words)
    assert found.names == tuple(sorted(set(words))) and called(found) == words and found.remarks
    given_names = tuple(sorted(set(words), reverse=True))
    assert called(classes(words, names=given_names)) == words and classes(words, names=given_names).names == given_names


@given(labels=st.lists(st.integers(0, 4), min_size=1, max_size=20), count=st.integers(5, 8))
def test_that_one_hot_rows_are_the_column_of_the_one(labels: list[int], count: int) -> None:
    labels = [0, 1, *labels]
    assert called(classes(np.eye(count)[labels], names=tuple("abcdefgh")[:count])) == ["abcdefgh"[k] for k in labels]


@pytest.mark.parametrize(
    ("labels", "names", "called_as", "told"),
    [
        ([0, 1, 2], "abc", "abc", ""),
        ([0, 1, 1], "abc", "abb", ""),
        ([1, 2, 3], "abc", "abc", "The labels are 1 to 3: 1 is the class a, and so on."),
        ([2, 3, 3], "abc", "bcc", "The labels are 2 to 3: 2 is the class b, and so on."),
        ([3, 7, 9], "abc", "abc", "The 3 different labels got the names in their order: 3 is a, 7 is b and 9 is c."),
        ([-1, 1, 1], "ab", "abb", "The 2 different labels got the names in their order: -1 is a and 1 is b."),
    ],
)
def test_that_names_go_to_the_labels_that_they_fit(labels: list[int], names: str, called_as: str, told: str) -> None:
    found = classes(labels, names=tuple(names))
    assert "".join(called(found)) == called_as and found.remarks == ((told,) if told else ())


@pytest.mark.parametrize(
    ("arrays", "names", "part"),
    [
        ([[0, 1, -2]], None, "y0 has the label -2, which is no class"),
        ([[0, 1], [-1, 0]], None, "y1 has the label -1, which is no class"),
        ([[0, 1.5]], None, "y0 has the label 1.5; labels are whole numbers or words"),
        ([[0, np.inf]], None, "y0 has the label inf"),
        ([[0, 1e300]], None, r"y0 has the label 1e\+300"),
        ([["a", "b"], [0, 1]], None, "y0 has words for labels and y1 numbers"),
        ([["a", "b"]], ("a", "c"), "the label 'b' is not among the class_names a and c"),
        ([["a", "b\n"]], None, "the labels has an unusable name"),
        ([[0, 5]], ("a", "b", "c"), "class_names has 3 names for labels from 0 to 5"),
        ([[3, 3]], None, "every image has the label 3"),
        ([np.arange(1001)], None, "1,001 different labels, more than 1,000 classes"),
        ([[[1, 1, 0], [0, 0, 1]]], None, "y0 has 3 labels an image"),
        ([[[0, 0, 0], [0, 0, 1]]], None, "y0 has 3 labels an image"),
        ([[["a", "b"], ["a", "b"]]], None, "y0 has 2 labels an image"),
    ],
)
def test_that_labels_that_make_no_classes_are_refused(arrays: list[Any], names: Any, part: str) -> None:
    with pytest.raises(BadInputError, match=part) as caught:
        classes(*arrays, names=names)
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)


def data(train: list[int], test: list[int], names: tuple[str, ...]) -> Dataset:
    splits = (Split(np.zeros((len(each), 1, 1, 1), np.uint8), np.array(each, np.intp)) for each in (train, test))
    return Dataset("some", *splits, names)


def test_that_classes_without_images_and_uneven_ones_are_told() -> None:
    assert balance(data([0, 1, 2], [0, 1, 2], ("a", "b", "c"))) == ()
    assert balance(data([0, 2], [0, 1, 2], ("a", "b", "c"))) == (
        "Class b has no training image, so the network cannot learn to recognise it.",
    )
    assert balance(data([0, 1, 2], [2], ("a", "b", "c"))) == (
        "Classes a and b have no test image, so the test says nothing of them.",
    )
    (told,) = balance(data([0] * 60 + [1] * 10, [0, 1], ("a", "b")))
    assert told == (
        "The classes are uneven: 60 training images of a, 10 of b; always answering a would be right for 86 % of them."
    )


def test_that_chance_in_few_images_is_no_imbalance() -> None:
    assert balance(data([0] * 6 + [1], [0, 1], ("a", "b"))) == ()


def test_that_many_classes_without_images_are_not_all_listed() -> None:
    (told, _) = balance(data([0, 1], [0, 1], tuple(f"c{k}" for k in range(100))))
    assert told.startswith("Classes c2, c3, c4, c5, c6 and 93 more have no training image")


def test_that_a_signalling_nan_among_the_labels_is_refused_without_a_warning() -> None:
    values = np.array([0x3C00, 0x7D01, 0], np.uint16).view(np.float16)  # 1, a signalling NaN, 0
    with pytest.raises(BadInputError, match="has the label nan"):
        classes(values)


def test_that_spaces_around_words_make_no_other_class() -> None:
    found = classes([" a cat ", "dog"], ["a cat", "dog "])
    assert found.names == ("a cat", "dog")
    assert [labels.tolist() for labels in found.labels] == [[0, 1], [0, 1]]
    named = classes(["cat", " dog"], names=["dog ", "cat"])
    assert named.names == ("dog", "cat") and named.labels[0].tolist() == [1, 0]
    assert classes([" 1", "2 "], ["1", "2"]).names == ("1", "2")
