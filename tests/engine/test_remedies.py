"""Changes of one setting that let a layer read every pixel: small, and the chain works with them."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from engine.architecture import Architecture, new_layer
from engine.remedies import Remedy, remedies
from engine.shapes import CROSS_ENTROPY, first_problem, infer_shapes
from tests.helpers.windows import Reading, readings

CLASSES = 4


def chain(name: str, rest: tuple[str, ...] = ("flatten", "dense", "softmax"), **settings: Any) -> Architecture:
    layers = [new_layer(each, **({"units": CLASSES} if each == "dense" else {})) for each in rest]
    return Architecture((new_layer(name, **settings), *layers))


def found(architecture: Architecture, size: tuple[int, int] = (28, 28)) -> dict[str, Remedy]:
    uid = architecture.layers[0].uid
    each = remedies(architecture, uid, (1, *size), CLASSES, CROSS_ENTROPY)
    return {remedy.param.name: remedy for remedy in each}


def values(architecture: Architecture, size: tuple[int, int] = (28, 28)) -> dict[str, tuple[int, int]]:
    return {name: remedy.value for name, remedy in found(architecture, size).items()}


@pytest.mark.parametrize(
    ("kernel", "stride", "expected"),
    [
        (5, 2, {"kernel_size": (6, 6), "stride": (1, 1), "padding": (1, 1)}),
        (5, 3, {"kernel_size": (4, 4), "stride": (1, 1), "padding": (1, 1)}),
        (2, 3, {"kernel_size": (4, 4), "stride": (2, 2)}),  # no padding fills a gap
        (5, 1, {}),
    ],
)
def test_that_the_smallest_changes_for_28_pixels_are_those_found_by_hand(
    kernel: int, stride: int, expected: dict[str, tuple[int, int]]
) -> None:
    assert values(chain("conv2d", kernel_size=kernel, stride=stride)) == expected


def test_that_a_gap_of_dilation_is_closed_by_less_of_it_or_by_another_kernel() -> None:
    assert values(chain("conv2d", kernel_size=2, dilation=16)) == {
        "kernel_size": (1, 1), "padding": (2, 2), "dilation": (14, 14),
    }  # fmt: skip


def test_that_pooling_has_its_own_words() -> None:
    found_ = found(chain("pool2d", size=3, stride=2))
    assert {remedy.param.label for remedy in found_.values()} == {"Window", "Stride", "Padding"}


def test_that_only_the_axis_that_loses_pixels_is_changed() -> None:
    one = chain("conv2d", kernel_size=(3, 1), stride=(2, 1))
    assert values(one, (28, 1)) == {"kernel_size": (4, 1), "stride": (1, 1), "padding": (1, 0)}


def test_that_a_remedy_says_the_new_size_and_how_many_layers_begin_anew() -> None:
    wider = found(chain("conv2d", filters=6, kernel_size=5, stride=2))
    assert (wider["padding"].output, wider["padding"].refitted) == ((6, 13, 13), 1)  # Dense
    assert (wider["kernel_size"].output, wider["kernel_size"].refitted) == ((6, 12, 12), 1)  # the kernels themselves
    assert (wider["stride"].output, wider["stride"].refitted) == ((6, 24, 24), 1)


def test_that_a_change_after_which_the_chain_cannot_work_is_passed_over() -> None:
    free = chain("conv2d", kernel_size=3, stride=3)
    assert values(free, (7, 7))["stride"] == (2, 2)  # leaves 3 x 3
    narrow = free.insert(1, new_layer("pool2d", size=4))
    assert values(narrow, (7, 7))["stride"] == (1, 1)


def test_that_padding_by_a_word_is_followed_where_another_setting_changes_it() -> None:
    one = chain("conv2d", kernel_size=2, stride=3, padding="same")
    assert values(one) == {"kernel_size": (3, 3), "stride": (2, 2)}


def test_that_layers_without_a_window_have_no_remedies() -> None:
    architecture = chain("conv2d", kernel_size=5, stride=2)
    for spec in architecture.layers[1:]:
        assert remedies(architecture, spec.uid, (1, 28, 28), CLASSES, CROSS_ENTROPY) == ()


@given(readings())
def test_that_every_remedy_changes_one_setting_reads_all_and_leaves_a_chain_that_works(reading: Reading) -> None:
    how = {"kernel_size": reading.kernel, "stride": reading.stride, "padding": reading.padding}
    architecture = chain("conv2d", **how, dilation=reading.dilation)
    for name, remedy in found(architecture, reading.size).items():
        assert not remedy.config.window((1, *reading.size)).exclusion.unread
        assert remedy.config == replace(architecture.layers[0].config, **{name: remedy.value})
        fixed = architecture.configure(architecture.layers[0].uid, remedy.config)
        infos = infer_shapes(fixed, (1, *reading.size), CLASSES)
        assert first_problem(infos) is None and infos[0].output == remedy.output
