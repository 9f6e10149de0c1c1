"""What every layer type promises, checked for each one in the registry with settings that hypothesis draws."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import registry, schema
from engine.gradcheck import check_layer
from engine.layer import Part
from engine.passes import Pass, in_field_order
from tests.helpers.layers import TYPES, configs, draw, fitting_shapes, forward_and_backward, one_layer

MODES = pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
FEW = settings(max_examples=25)


@TYPES
def test_that_the_defaults_are_allowed_and_fit_several_inputs(kind: registry.LayerType) -> None:
    assert schema.problems(kind.config()) == {}
    assert len(fitting_shapes(kind.config())) >= 2


@TYPES
@given(st.data())
def test_that_a_config_survives_plain_values(kind: registry.LayerType, data: st.DataObject) -> None:
    config = data.draw(configs(kind.config, largest=10_000))
    assert schema.problems(config) == {}
    assert schema.from_dict(kind.config, json.loads(json.dumps(schema.to_dict(config)))) == config


@TYPES
@FEW
@given(st.data(), st.integers(1, 3))
def test_that_the_inferred_shapes_are_the_real_ones(kind: registry.LayerType, data: st.DataObject, n: int) -> None:
    config, shape = draw(data, kind)
    model = one_layer(config, shape)
    y, grad_input, _ = forward_and_backward(model, np.ones((n, *shape)), np.ones((n, *config.output_shape(shape))))
    assert y.shape == (n, *config.output_shape(shape))
    assert grad_input.shape == (n, *shape)
    assert {k: v.shape for k, v in model.parameters.layers[0].items()} == config.array_shapes(shape)


@TYPES
@FEW
@given(st.data())
def test_that_a_gradient_belongs_to_every_parameter_and_to_no_statistic(
    kind: registry.LayerType, data: st.DataObject
) -> None:
    config, shape = draw(data, kind)
    learned, kept = config.parameter_shapes(shape), config.statistic_shapes(shape)
    assert not set(learned) & set(kept)
    assert config.array_shapes(shape) == {**learned, **kept}
    gradients = one_layer(config, shape).new_gradients().layers[0]
    assert {name: gradient.shape for name, gradient in gradients.items()} == learned


@TYPES
@MODES
@FEW
@given(st.data(), st.integers(0, 2**32 - 1))
def test_that_backward_is_the_derivative_of_forward(
    kind: registry.LayerType, training: bool, data: st.DataObject, seed: int
) -> None:
    config, shape = draw(data, kind)
    report = check_layer(config, shape, np.random.default_rng(seed), samples=30, batch=3, training=training)
    assert report.passed, f"{config} on {shape}\n{report}"


@TYPES
@FEW
@given(st.data(), st.integers(0, 2**32 - 1))
def test_that_float32_agrees_with_float64(kind: registry.LayerType, data: st.DataObject, seed: int) -> None:
    config, shape = draw(data, kind)
    rng = np.random.default_rng(seed)
    x, d = rng.standard_normal((2, *shape)), rng.standard_normal((2, *config.output_shape(shape)))
    x, d = x.astype(np.float32).astype(np.float64), d.astype(np.float32).astype(np.float64)
    double, single = one_layer(config, shape), one_layer(config, shape, np.float32)
    single.parameters.flat[...] = double.parameters.flat
    double.parameters.flat[...] = single.parameters.flat
    ours = forward_and_backward(single, x.astype(np.float32), d.astype(np.float32))
    for a, b in zip(ours, forward_and_backward(double, x, d), strict=True):
        assert a.dtype == np.float32
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


@TYPES
@MODES
@FEW
@given(st.data(), st.integers(0, 2**32 - 1))
def test_that_neither_pass_changes_what_it_reads(
    kind: registry.LayerType, training: bool, data: st.DataObject, seed: int
) -> None:
    config, shape = draw(data, kind)
    rng = np.random.default_rng(seed)
    model = one_layer(config, shape)
    x, d = rng.standard_normal((2, *shape)), rng.standard_normal((2, *config.output_shape(shape)))
    before = x.copy(), d.copy(), model.parameters.learned.copy()
    shard = Pass(model)
    inside = shard.activations(x, Part(training, batch=2))
    kept = [value.copy() for value in inside]
    shard.backward(d)
    for now, then in zip((x, d, model.parameters.learned, *inside), (*before, *kept), strict=True):
        assert (now == then).all()


@TYPES
@FEW
@given(st.data(), st.lists(st.tuples(st.integers(1, 3), st.booleans()), min_size=2, max_size=4))
def test_that_buffers_used_before_change_nothing(
    kind: registry.LayerType, data: st.DataObject, passes: list[tuple[int, bool]]
) -> None:
    config, shape = draw(data, kind)
    model, other, rng = one_layer(config, shape), one_layer(config, shape), np.random.default_rng(0)
    used = Pass(other)
    for step, (n, training) in enumerate(passes):
        x, d = rng.standard_normal((n, *shape)), rng.standard_normal((n, *config.output_shape(shape)))
        part = Part(training, batch=n, key=(0, step))
        y, grad_input, gradient = forward_and_backward(model, x, d, part)
        assert (in_field_order(used.activations(x, part)[-1]) == y).all()
        assert (used.backward(d) == grad_input).all()
        assert (used.gradients.flat == gradient).all()


@TYPES
def test_that_the_same_generator_gives_the_same_initial_values(kind: registry.LayerType) -> None:
    config = kind.config()
    shape = fitting_shapes(config)[0]
    first, again, other = (one_layer(config, shape, seed=seed).parameters.flat for seed in (1, 1, 2))
    assert (first == again).all()
    assert np.isfinite(first).all()
    assert not first.size or (first != other).any()


@TYPES
@given(st.data())
def test_that_the_summary_is_short_enough_for_a_card(kind: registry.LayerType, data: st.DataObject) -> None:
    summary = data.draw(configs(kind.config, largest=512)).summary()
    assert len(summary) <= 42
    assert "\n" not in summary


@TYPES
def test_that_a_layer_says_whether_each_value_keeps_its_place(kind: registry.LayerType) -> None:
    """It does where a value can change the output at its own place alone."""
    config, rng = kind.config(), np.random.default_rng(0)
    stays = []
    for shape in fitting_shapes(config):
        x = rng.standard_normal(shape)
        one_by_one = x + 10 * np.eye(x.size).reshape(x.size, *shape)
        shard = Pass(one_layer(config, shape))
        before, *after = in_field_order(shard.activations(np.stack([x, *one_by_one]))[-1]).copy()
        elsewhere = ~np.eye(x.size, dtype=bool).reshape(x.size, *shape)
        stays.append(before.shape == shape and not ((np.stack(after) != before) & elsewhere).any())
    assert kind.config.keeps_places == all(stays)


@TYPES
def test_that_a_layer_says_whether_channels_keep_their_order(kind: registry.LayerType) -> None:
    """They do where each map of the output comes from the one of its number, or is laid out flat in their order."""
    config = kind.config()
    ways = [(shape, config.output_shape(shape)) for shape in fitting_shapes(config) if len(shape) == 3]
    alone = all(
        config.sources(shape, c) == range(c * shape[0] // out[0], c * shape[0] // out[0] + 1)
        for shape, out in ways
        for c in range(out[0])
    )
    assert alone or not config.keeps_channels
    if ways and all(len(out) == 3 for _, out in ways):
        assert config.keeps_channels == alone
