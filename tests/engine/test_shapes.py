"""Shapes without data, and every sentence about a chain that cannot work."""

from typing import Any

import pytest

from engine.architecture import Architecture, LayerSpec, new_layer
from engine.layer import Shape
from engine.layers.conv import Conv2DConfig
from engine.layers.dense import DenseConfig
from engine.shapes import Problem, first_problem, infer_shapes, show

MNIST = (1, 28, 28)


def chain(*layers: str | tuple[str, dict[str, Any]]) -> Architecture:
    named = ((each, {}) if isinstance(each, str) else each for each in layers)
    return Architecture(tuple(new_layer(name, **settings) for name, settings in named))


def sentences(architecture: Architecture, shape: Shape = MNIST, classes: int | None = None) -> list[str | None]:
    return [info.problem and str(info.problem) for info in infer_shapes(architecture, shape, classes)]


CLASSIFIER = chain("conv2d", "pool2d", "flatten", ("dense", {"units": 10}), "softmax")


def test_that_shapes_and_parameters_follow_the_chain() -> None:
    infos = infer_shapes(CLASSIFIER, MNIST, classes=10)
    assert [info.output for info in infos] == [(8, 26, 26), (8, 13, 13), (1352,), (10,), (10,)]
    assert [info.input for info in infos] == [MNIST, (8, 26, 26), (8, 13, 13), (1352,), (10,)]
    assert [info.parameters for info in infos] == [8 * 9 + 8, 0, 0, 13520 + 10, 0]
    assert first_problem(infos) is None


def test_that_a_convolution_of_eight_kernels_of_five_by_five_has_208_parameters() -> None:
    (info,) = infer_shapes(chain(("conv2d", {"filters": 8, "kernel_size": 5})), MNIST)
    assert info.parameters == 8 * 5 * 5 * 1 + 8 == 208


def test_that_pixels_that_a_window_never_reads_are_counted_even_where_the_network_ends_wrongly() -> None:
    infos = infer_shapes(
        chain(("conv2d", {"kernel_size": 5, "stride": 2}), "relu", ("pool2d", {"stride": 3})), MNIST, 10
    )
    assert [info.unread for info in infos] == [55, 0, 144 - 64]
    assert infos[-1].problem is not None


def test_that_an_empty_chain_has_no_infos_and_so_no_problem() -> None:
    assert infer_shapes(Architecture(), MNIST, classes=10) == ()
    assert first_problem(()) is None


def test_that_without_classes_a_chain_may_end_anywhere() -> None:
    assert first_problem(infer_shapes(chain("conv2d"), MNIST)) is None


def test_that_a_kernel_larger_than_its_input_names_both_and_what_to_do() -> None:
    assert sentences(chain(("conv2d", {"kernel_size": [7, 3]})), (1, 5, 9)) == [
        "The window of 7 × 3 is larger than its input: height 5."
        " Make the window smaller, add padding, or remove a layer before it that shrinks the maps."
    ]


def test_that_a_window_too_wide_even_with_padding_names_the_padding() -> None:
    assert sentences(chain(("pool2d", {"size": [2, 9], "padding": [0, 1]})), (1, 5, 6)) == [
        "The window of 2 × 9 is larger than its input: width 6 with padding 1 on both sides."
        " Make the window smaller, add padding, or remove a layer before it that shrinks the maps."
    ]


def test_that_pooling_windows_may_not_hold_padding_alone() -> None:
    assert sentences(chain(("pool2d", {"size": 2, "padding": [2, 0]}))) == [
        "A padding of 2 × 0 makes windows of 2 × 2 that hold no pixel. Make the padding smaller than the window."
    ]


def test_that_dense_before_flatten_asks_for_flatten() -> None:
    assert sentences(chain("conv2d", "dense")) == [
        None,
        "Dense needs a vector, but receives maps of 8 × 26 × 26. Insert Flatten before it.",
    ]


def test_that_softmax_on_maps_asks_for_flatten_and_dense() -> None:
    assert sentences(chain("softmax")) == [
        (
            "Softmax needs one logit for each class, but receives maps of 1 × 28 × 28. Insert "
            "Flatten and a Dense layer before it."
        )
    ]


@pytest.mark.parametrize("name", ["conv2d", "pool2d"])
def test_that_a_window_after_flatten_is_asked_to_move(name: str) -> None:
    assert sentences(chain("flatten", name)) == [
        None,
        (
            "It needs maps (channels × rows × columns), but receives a vector of 784 values. Move it "
            "before the layer that turns the maps into a vector."
        ),
    ]


def test_that_a_wrong_number_of_classes_is_told_at_the_last_layer() -> None:
    assert sentences(chain("flatten", ("dense", {"units": 5}), "softmax"), classes=10) == [
        None,
        None,
        "The network ends with 5 values, but the data has 10 classes."
        " End it with a Dense layer of 10 units and Softmax.",
    ]


def test_that_a_chain_that_ends_with_maps_is_told_to_end_with_the_classes() -> None:
    assert sentences(chain("conv2d"), classes=10)[0] == (
        "The network ends with 8 × 26 × 26 values, but the data has 10 classes."
        " End it with a Dense layer of 10 units and Softmax."
    )


def test_that_a_missing_softmax_is_told_at_the_last_layer() -> None:
    assert sentences(chain("flatten", ("dense", {"units": 10})), classes=10) == [
        None,
        "The network ends without Softmax, which cross-entropy needs. Append Softmax as the last layer.",
    ]


def test_that_the_last_layers_own_figures_stay_when_the_ending_is_wrong() -> None:
    info = infer_shapes(chain("flatten", "dense"), MNIST, classes=10)[-1]
    assert (info.input, info.output, info.parameters) == ((784,), (32,), 784 * 32 + 32)


def test_that_a_value_outside_its_limits_is_a_problem_and_not_an_error() -> None:
    architecture = Architecture((LayerSpec("a", Conv2DConfig(filters=0, stride=(0, 1))), *CLASSIFIER.layers[1:]))
    assert sentences(architecture, classes=10) == [
        "Filters is 0; it must be a whole number from 1 to 512. Change it in the layer's properties.",
        *[None] * 4,
    ]


def test_that_layers_after_a_problem_have_no_shape_and_no_problem_of_their_own() -> None:
    infos = infer_shapes(chain("conv2d", "dense", "softmax"), MNIST, classes=10)
    assert first_problem(infos) == (1, infos[1].problem)
    assert (infos[1].input, infos[1].output, infos[1].parameters) == ((8, 26, 26), None, 0)
    assert (infos[2].input, infos[2].output, infos[2].problem) == (None, None, None)


def test_that_every_layer_with_a_bad_value_says_so_even_behind_another_problem() -> None:
    bad = LayerSpec("b", DenseConfig(units=0))
    infos = infer_shapes(Architecture((*chain("dense").layers, bad)), MNIST)
    assert [info.problem is not None for info in infos] == [True, True]


def test_that_a_problem_reads_as_two_sentences_and_a_shape_as_a_person_writes_it() -> None:
    assert str(Problem("It is too wide.", "Make it narrow.")) == "It is too wide. Make it narrow."
    assert show((6, 28, 28)) == "6 × 28 × 28"
