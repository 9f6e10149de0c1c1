"""The text that names a data set and its options."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.data.dataset import Dataset, Split
from engine.data.source import Source, classes_option, parse
from engine.errors import BadInputError

OPTIONS = st.lists(st.from_regex(r"[a-z]{1,8}(=[^:/\\]{0,8})?", fullmatch=True), max_size=4).map(tuple)
PATHS = st.one_of(
    st.text(max_size=20), st.text("ab:=/\\.%+ ", max_size=12), st.sampled_from(["C:", "C:\\data:old", "a::b", ":"])
)


def colourful(names: tuple[str, ...] = ("cat", "dog", "bird")) -> Dataset:
    labels = np.arange(6) % len(names)
    split = Split(np.random.default_rng(0).integers(0, 256, (6, 3, 8, 8), np.uint8), labels)
    return Dataset("some", split, split, names)


def viewed(text: str, dataset: Dataset) -> Dataset:
    for view in parse(text).views():
        dataset = view(dataset)
    return dataset


@pytest.mark.parametrize(
    ("text", "path", "options"),
    [
        ("bundled", "bundled", ()),
        ("bundled:crop=24x24", "bundled", ("crop=24x24",)),
        ("cifar-10-binary.tar.gz:grey", "cifar-10-binary.tar.gz", ("grey",)),
        ("a.npz:grey:classes=cat+dog", "a.npz", ("grey", "classes=cat+dog")),
        (r"C:\data\mnist.npz", r"C:\data\mnist.npz", ()),
        (r"C:\data\cifar:grey", r"C:\data\cifar", ("grey",)),
        ("C:/data/mnist.npz:crop=8x8", "C:/data/mnist.npz", ("crop=8x8",)),
        ("C:mnist.npz", "C:mnist.npz", ()),
        ("/data/12:30/mnist.npz", "/data/12:30/mnist.npz", ()),
        ("/data/what?/a b.npz:grey", "/data/what?/a b.npz", ("grey",)),
        ("/data/lr=0.1:x.npz", "/data/lr=0.1:x.npz", ()),
        ("/data/run:old", "/data/run", ("old",)),
        ("/data/run:old:", "/data/run:old", ()),
        ("/data/run:old::grey", "/data/run:old", ("grey",)),
        ("a.npz:classes=T-shirt%2Ftop+a b", "a.npz", ("classes=T-shirt%2Ftop+a b",)),
    ],
)
def test_that_options_are_told_from_the_path(text: str, path: str, options: tuple[str, ...]) -> None:
    assert parse(text) == Source(path, options)
    assert str(Source(path, options)) == text


@given(path=PATHS, options=OPTIONS)
@example(path="a:", options=())
@example(path="", options=("grey",))
def test_that_every_path_and_its_options_come_back(path: str, options: tuple[str, ...]) -> None:
    assert parse(str(Source(path, options))) == Source(path, options)


@given(st.text("a:=/\\", max_size=12))
def test_that_writing_what_was_read_is_read_the_same(text: str) -> None:
    assert parse(str(parse(text))) == parse(text)


def test_that_a_long_text_is_read_in_no_time() -> None:
    assert len(parse("a" + ":a" * 1_000_000 + ":/").options) == 0


def test_that_options_are_applied_from_left_to_right() -> None:
    some = viewed("some:classes=bird+cat+dog:crop=4x6:grey:classes=dog+bird", colourful())
    assert some.class_names == ("dog", "bird")
    assert some.image_shape == (1, 4, 6)
    assert some.train.labels.tolist() == [0, 1, 0, 1]


def test_that_without_options_nothing_changes() -> None:
    data = colourful()
    assert viewed("some.npz", data) is data


@given(st.lists(st.text(min_size=1, max_size=6), min_size=2, max_size=4, unique=True))
@example(["T-shirt/top", "50%", "a+b", "a:b", "a\\b", "%2B"])
def test_that_any_names_of_classes_can_be_chosen(names: list[str]) -> None:
    text = str(Source("some", (classes_option(names),)))
    assert viewed(text, colourful((*names, "another name"))).class_names == tuple(names)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("a.npz:gray", r"a.npz:gray has the unknown option 'gray'; known are grey, classes=FIRST\+SECOND, crop="),
        ("/data/run:old", "Where it belongs to the path, put a colon after it"),
        ("a.npz:grey=yes", "write grey alone"),
        ("a.npz:crop", "crop= is not a size"),
        ("a.npz:crop=24", "crop=24 is not a size; write height x width in pixels, e.g. crop=24x24"),
        ("a.npz:crop=-4x4", "is not a size"),
        ("a.npz:crop=" + "9" * 5000 + "x1", "is not a size"),
        ("a.npz:crop=٣x٣", "is not a size"),
        ("a.npz:crop=9x8", "9 × 8 pixels cannot be cut from the 8 × 8 of some"),
        ("a.npz:classes", "no class ''"),
        ("a.npz:classes=cat+cow", "no class 'cow'"),
        ("a.npz:classes=cat", "choose two or more"),
    ],
)
def test_that_an_option_that_cannot_be_is_refused(text: str, part: str) -> None:
    with pytest.raises(BadInputError, match=part) as caught:
        viewed(text, colourful())
    assert str(caught.value).endswith(".")


def test_that_a_source_is_named_by_its_file_and_options() -> None:
    assert parse("/data/a.npz").named() == "a.npz"
    assert parse("/data/a.npz:grey:crop=8x8").named() == "a.npz (grey, crop=8x8)"
    assert parse("bundled:crop=8x8").named("Digits") == "Digits (crop=8x8)"
