"""Changes that mend a layer that cannot work: each of them does, and is one step."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import losses, registry, schema
from engine.architecture import Architecture, LayerSpec, new_layer
from engine.layers.conv import Conv2DConfig
from engine.layers.dense import DenseConfig
from engine.layers.pool import Pool2DConfig
from engine.mends import MOST, Mend, mends
from engine.model import Model
from engine.shapes import CROSS_ENTROPY, first_problem, infer_shapes
from tests.helpers.layers import configs

MNIST, CLASSES = (1, 28, 28), 10
BINARY = "binary cross-entropy"


def chain(*layers: str | tuple[str, dict[str, Any]]) -> Architecture:
    each = (layer if isinstance(layer, tuple) else (layer, {}) for layer in layers)
    return Architecture(tuple(new_layer(name, **how) for name, how in each))


def found(architecture: Architecture, shape: tuple[int, ...] = MNIST, loss: str = CROSS_ENTROPY) -> tuple[Mend, ...]:
    """Return the mends of the first problem."""
    problem = first_problem(infer_shapes(architecture, shape, CLASSES, loss))
    assert problem is not None
    return mends(architecture, architecture.layers[problem[0]].uid, shape, CLASSES, loss)


def names(architecture: Architecture) -> list[str]:
    return [spec.type.name for spec in architecture.layers]


CLASSIFIER = ("dense", {"units": CLASSES})
CASES: dict[str, tuple[Architecture, str, list[str]]] = {
    "dense on maps": (
        chain("conv2d", CLASSIFIER, "softmax"), "Insert Flatten", ["conv2d", "flatten", "dense", "softmax"],
    ),
    "softmax on maps": (
        chain("conv2d", "softmax"), "Insert Flatten and Dense (10 units)", ["conv2d", "flatten", "dense", "softmax"],
    ),
    "dropout behind softmax": (
        chain("flatten", CLASSIFIER, "softmax", "dropout"), "Move Dropout before Softmax",
        ["flatten", "dense", "dropout", "softmax"],
    ),
    "two layers behind softmax": (
        chain("flatten", CLASSIFIER, "softmax", "dropout", "relu"), "Move Softmax to the end",
        ["flatten", "dense", "dropout", "relu", "softmax"],
    ),
    "no softmax": (chain("flatten", CLASSIFIER), "Append Softmax", ["flatten", "dense", "softmax"]),
    "a convolution behind flatten": (
        chain("flatten", "conv2d", CLASSIFIER, "softmax"), "Move before Flatten 1",
        ["conv2d", "flatten", "dense", "softmax"],
    ),
    "a pooling behind a global average": (
        chain("conv2d", "global_average_pool", "pool2d", CLASSIFIER, "softmax"), "Move before Global average 1",
        ["conv2d", "pool2d", "global_average_pool", "dense", "softmax"],
    ),
    "wrong units": (
        chain("flatten", ("dense", {"units": 5}), "softmax"), "Set Units of Dense 1 to 10",
        ["flatten", "dense", "softmax"],
    ),
    "wrong units behind an activation": (
        chain("flatten", ("dense", {"units": 5}), "relu", "softmax"), "Set Units of Dense 1 to 10",
        ["flatten", "dense", "relu", "softmax"],
    ),
    "nothing but maps": (
        chain("conv2d"), "Append Flatten, Dense (10 units) and Softmax", ["conv2d", "flatten", "dense", "softmax"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_that_the_first_mend_is_the_one_that_a_person_would_choose(case: tuple[Architecture, str, list[str]]) -> None:
    architecture, text, layers = case
    first = found(architecture)[0]
    assert (first.text, names(first.after), first.works) == (text, layers, True)


@pytest.mark.parametrize(
    ("layer", "shape", "texts"),
    [
        (("conv2d", {"kernel_size": 5}), (1, 3, 3), ["Set Kernel size to 3 × 3", "Set Padding to 1 × 1"]),
        (("conv2d", {"kernel_size": (5, 2)}), (1, 3, 9), ["Set Kernel size to 3 × 2", "Set Padding to 1 × 0"]),
        (("conv2d", {"groups": 3, "filters": 6}), (4, 9, 9), ["Set Groups to 2"]),
        (("pool2d", {"padding": 2}), (1, 9, 9), ["Set Window to 3 × 3", "Set Padding to 1 × 1"]),
        (("pool2d", {"size": 12}), (1, 10, 10), ["Set Window to 10 × 10", "Set Padding to 1 × 1"]),
    ],
)
def test_that_a_window_or_groups_that_do_not_fit_get_the_nearest_that_do(
    layer: tuple[str, dict[str, Any]], shape: tuple[int, ...], texts: list[str]
) -> None:
    told = [mend.text for mend in found(chain(layer, "flatten", CLASSIFIER, "softmax"), shape)]
    assert set(texts) <= set(told) and told[0].startswith("Set ")


def test_that_a_layer_that_is_too_large_gets_as_many_units_as_are_allowed() -> None:
    architecture = chain("flatten", ("dense", {"units": 8192}), CLASSIFIER, "softmax")
    mend = found(architecture, (3, 64, 64))[0]
    dense = mend.after.layers[1].config
    assert isinstance(dense, DenseConfig)
    inputs = 3 * 64 * 64 + 1
    assert dense.units * inputs <= 20_000_000 < (dense.units + 1) * inputs and mend.works


def test_that_a_setting_outside_its_limits_gets_the_nearest_allowed_one() -> None:
    wrong = LayerSpec("a", Conv2DConfig(filters=0, stride=(0, 1)))
    architecture = Architecture((wrong, *chain("flatten", CLASSIFIER, "softmax").layers))
    (mend,) = found(architecture)
    assert mend.text == "Set Filters to 1, Stride to 1 × 1" and mend.works


def test_that_the_last_layer_suits_the_loss() -> None:
    ended = chain("flatten", CLASSIFIER, "softmax")
    texts = [mend.text for mend in found(ended, loss=BINARY)]
    assert texts[0] == "Replace Softmax with Sigmoid"
    both = chain("flatten", CLASSIFIER, "sigmoid", "softmax")
    assert found(both, loss=BINARY)[0].text == "Remove Softmax"


def test_that_dropout_behind_softmax_is_not_told_to_append_softmax() -> None:
    infos = infer_shapes(chain("flatten", CLASSIFIER, "softmax", "dropout"), MNIST, CLASSES)
    assert str(infos[-1].problem) == (
        "The network ends with Dropout, but cross-entropy needs Softmax as the last layer. Move Dropout before Softmax."
    )


def test_that_softmax_is_not_appended_where_there_is_one() -> None:
    texts = [mend.text for mend in found(chain("flatten", CLASSIFIER, "softmax", "dropout"))]
    assert texts == ["Move Dropout before Softmax", "Remove Dropout"]


def test_that_a_second_problem_of_settings_is_mended_on_its_own() -> None:
    bad = LayerSpec("b", DenseConfig(units=0))
    architecture = Architecture((*chain("dense").layers, bad))
    (mend,) = mends(architecture, "b", MNIST, CLASSES, CROSS_ENTROPY)
    assert mend.text == "Set Units to 1" and not mend.works


def test_that_a_layer_without_a_problem_has_no_mend() -> None:
    architecture = chain("flatten", CLASSIFIER, "softmax")
    assert all(mends(architecture, spec.uid, MNIST, CLASSES, CROSS_ENTROPY) == () for spec in architecture.layers)


@st.composite
def chains(draw: st.DrawFn) -> tuple[Architecture, tuple[int, ...], int, str]:
    """Draw layers of any kind in any order, which seldom fit one another, with images, classes and a loss."""
    kinds = draw(st.lists(st.sampled_from(registry.all_types()), min_size=1, max_size=5))
    layers = [LayerSpec(f"l{n}", draw(configs(kind.config, 9))) for n, kind in enumerate(kinds)]
    if draw(st.booleans()):
        config = draw(st.sampled_from((Conv2DConfig(filters=0), Pool2DConfig(size=(99, 1)), DenseConfig(units=-3))))
        layers[draw(st.integers(0, len(layers) - 1))] = LayerSpec("wrong", config)
    shape = draw(st.integers(1, 3)), draw(st.integers(1, 9)), draw(st.integers(1, 9))
    loss = draw(st.sampled_from(sorted(losses.BY_NAME)))
    return Architecture(tuple(layers)), shape, draw(st.integers(1, 4)), loss


@settings(max_examples=150, deadline=None)
@given(chains())
def test_that_every_mend_of_any_chain_removes_the_problem_and_breaks_nothing_before_it(
    drawn: tuple[Architecture, tuple[int, ...], int, str],
) -> None:
    architecture, shape, classes, loss = drawn
    infos = infer_shapes(architecture, shape, classes, loss)
    worked = {spec.uid for spec, info in zip(architecture.layers, infos, strict=True) if info.problem is None}
    for spec, info in zip(architecture.layers, infos, strict=True):
        offered = mends(architecture, spec.uid, shape, classes, loss)
        assert len(offered) <= MOST and (info.problem is not None or not offered)
        for mend in offered:
            after = dict(
                zip((s.uid for s in mend.after.layers), infer_shapes(mend.after, shape, classes, loss), strict=True)
            )
            assert mend.after != architecture and mend.before == architecture
            assert spec.uid not in after or after[spec.uid].problem != info.problem
            assert schema.problems(spec.config) or spec.uid not in after or after[spec.uid].problem is None
            first = first_problem(tuple(after.values()))
            if first is not None and not schema.problems(
                spec.config
            ):  # only what comes after it, and of which nothing was known, may have one now
                place = [*after].index(spec.uid) if spec.uid in after else 0
                before = first_problem(infos)
                assert first[0] > place or (before is not None and before[0] < architecture.index(spec.uid))
            assert mend.works == (first is None)
            if mend.works:
                Model.build(mend.after, shape, np.random.default_rng(0)).forward(np.zeros((1, *shape), np.float32))
            assert len(worked & set(after)) >= len(worked) - 1  # at most one layer was taken away
        if info.problem is not None and schema.problems(spec.config):
            assert len(offered) == 1


@pytest.mark.parametrize("kind", registry.all_types(), ids=lambda kind: kind.name)
@pytest.mark.parametrize("place", range(4))
def test_that_a_layer_dropped_anywhere_into_a_network_can_be_mended(kind: registry.LayerType, place: int) -> None:
    architecture = chain("conv2d", "flatten", CLASSIFIER, "softmax").insert(place, LayerSpec("new", kind.config()))
    problem = first_problem(infer_shapes(architecture, MNIST, CLASSES))
    if problem is not None:
        assert any(mend.works for mend in found(architecture)), problem[1]
