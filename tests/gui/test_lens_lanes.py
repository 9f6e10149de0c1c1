"""The gradients of a convolution on their way back: every number on show is that of the defining loops."""

import re
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cnn_gui import motion, theme
from cnn_gui.lens import passes
from cnn_gui.lens.backward import stage_bar, words
from cnn_gui.lens.backward.stages import Stage, names
from cnn_gui.lens.channels import Channels
from cnn_gui.lens.choice import Choice, ImageSet
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.names import class_title
from cnn_gui.lens.passes import Passes
from cnn_gui.lens.sample import Sample
from cnn_gui.lens.step import formula
from cnn_gui.lens.step.lane import Face, Lane
from cnn_gui.lens.step.view import StepView
from cnn_gui.lens.views import lanes
from cnn_gui.lens.views.bias_gradient import BiasGradientView
from cnn_gui.lens.views.convolution import ConvolutionView
from cnn_gui.lens.views.gradients import GradientsView
from cnn_gui.lens.views.input_gradient import InputGradientView
from cnn_gui.lens.views.weight_gradient import WeightGradientView
from cnn_gui.lens.walk import go
from cnn_gui.plots.colormaps import ColorMap
from cnn_gui.plots.grid import Mark
from cnn_gui.plots.grid_view import GridView
from cnn_gui.plots.mosaic import MosaicView
from cnn_gui.plots.mosaic_geometry import Spot
from cnn_gui.plots.ranges import Ranges, Scale
from cnn_gui.plots.text import number
from engine.architecture import new_layer
from engine.data.dataset import Batch, pixels
from engine.geometry import Window
from engine.layer import Array
from engine.layers.conv import Conv2DConfig
from engine.learner import Learner
from engine.ops import reference
from engine.trace.convolution import ConvolutionTrace
from engine.trace.correlation import Correlation
from engine.trace.record import LayerTrace
from engine.trainer import Trainer
from tests.helpers.lens import document_of, frame_of, point_at, shown
from tests.helpers.sums import assert_adds_up

CLOSE = {"rtol": 1e-9, "atol": 1e-13}
CASES: dict[str, dict[str, Any]] = {
    "stride 2, a row and a column are excluded": {"kernel_size": 3, "stride": 2},
    "gaps, for the stride exceeds the kernel": {"kernel_size": (2, 1), "stride": 3},
    "unequal padding": {"kernel_size": (4, 3), "stride": (1, 2), "padding": "same"},
    "dilated kernel": {"kernel_size": 3, "dilation": 2, "padding": (1, 2)},
    "groups": {"kernel_size": 3, "stride": (1, 2), "groups": 2, "padding": 1},
    "one cell": {"kernel_size": 1, "bias": False},
}


def convolved(**how: Any) -> Frame:
    """Return the frame of a convolution of four channels of 8 x 8 by six filters."""
    last = new_layer("tanh"), new_layer("flatten"), new_layer("dense", units=2), new_layer("softmax")
    return frame_of(
        document_of(new_layer("conv2d", filters=4, kernel_size=1), new_layer("conv2d", filters=6, **how), *last), 1
    )


def layer_of(frame: Frame) -> LayerTrace:
    assert frame.layer_trace is not None
    return frame.layer_trace


def by_loops(layer: LayerTrace) -> tuple[Array, Array, Array]:
    """Return dC/dX, dC/dW and dC/db by the defining loops."""
    config = cast(Conv2DConfig, layer.spec.config)
    how = {name: getattr(config, name) for name in ("stride", "padding", "dilation", "groups")}
    dx, dw, db = reference.conv2d_backward(
        layer.grad_output[None], layer.input[None], layer.parameters["weight"], **how
    )
    return dx[0], dw, db


def window_of(layer: LayerTrace) -> Window:
    config = cast(Conv2DConfig, layer.spec.config)
    return config.window(layer.input.shape)


def values(view: GridView) -> Array:
    assert view.grid is not None
    return view.grid.values


def marks(view: GridView) -> Array:
    assert view.grid is not None and view.grid.marks is not None
    return view.grid.marks


def go_to(view: InputGradientView, stage: Stage) -> None:
    """Click on a stage."""
    QTest.mouseClick(view.bar.tabs, Qt.MouseButton.LeftButton, pos=view.bar.tabs.tabRect(stage).center())
    assert view.stage is stage


def choose_filter(view: MosaicView, tile: int) -> None:
    """Click on a tile."""
    page = view.canvas.drawn()
    assert page is not None
    place = page.geometry.cell_rect(Spot(tile, 0, 0))
    assert place is not None
    QTest.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=place.center().toPoint())


def spread(array: Array, step: tuple[int, int]) -> Array:
    """Put zeros between neighbours, one value at a time."""
    result = np.zeros([(n - 1) * s + 1 for n, s in zip(array.shape, step, strict=True)])
    for (i, j), value in np.ndenumerate(array):
        result[i * step[0], j * step[1]] = value
    return result


@pytest.mark.parametrize("how", CASES.values(), ids=CASES)
def test_that_every_stage_shows_the_numbers_of_every_filter(qtbot: QtBot, how: dict[str, Any]) -> None:
    frame = convolved(**how)
    view, layer = shown(qtbot, InputGradientView, frame), layer_of(frame)
    config = cast(Conv2DConfig, layer.spec.config)
    QTest.keyClick(view.channel, Qt.Key.Key_Up)
    readers = range(3) if config.groups == 2 else range(6)
    window, page = window_of(layer), view.planes
    for tile, f in enumerate(readers):
        go_to(view, Stage.GRADIENT)
        if tile:
            choose_filter(page.mosaic, tile)
        assert page.plane == tile and not page.before.isVisible()
        gradient = layer.grad_output[f]
        dilated = spread(gradient, config.stride)
        around = window.rows.extent - 1, window.cols.extent - 1
        kernel = spread(layer.parameters["weight"][f, 1], config.dilation)
        expected = (
            (Stage.GRADIENT, None, gradient), (Stage.DILATED, gradient, dilated),
            (Stage.PADDED, dilated, np.pad(dilated, [(n, n) for n in around])),
            (Stage.ROTATED, kernel, np.rot90(kernel, 2)),
        )  # fmt: skip
        for stage, before, after in expected:
            go_to(view, stage)
            assert values(page.after).tolist() == after.tolist()
            if before is not None:
                assert values(page.before).tolist() == before.tolist()
            assert page.after.grid is not None and f" {f}" in page.after.grid.title


@pytest.mark.parametrize("how", CASES.values(), ids=CASES)
def test_that_the_full_convolution_ends_at_the_gradient_of_the_loops(qtbot: QtBot, how: dict[str, Any]) -> None:
    frame = convolved(**how)
    view, layer = shown(qtbot, InputGradientView, frame), layer_of(frame)
    window, expected = window_of(layer), by_loops(layer)[0]
    for channel in range(4):
        view.channel.setValue(channel)
        go_to(view, Stage.SLID)
        padded = np.zeros((window.rows.padded, window.cols.padded))
        inside = slice(window.rows.before, window.rows.before + 8), slice(window.cols.before, window.cols.before + 8)
        padded[inside] = expected[channel]
        reached = padded[: window.rows.used, : window.cols.used]
        real = marks(view.steps.output) == Mark.NONE
        np.testing.assert_allclose(values(view.steps.output)[real], reached[real], **CLOSE)
        place = reached.shape[0] // 2, reached.shape[1] - 1
        point_at(view.steps.output, place)
        lane = view.steps.lane
        assert lane is not None and view.steps.place == place
        assert lane.correlation.terms(*place).total == pytest.approx(reached[place] if real[place] else values(
            view.steps.output)[place], abs=1e-12)  # fmt: skip
        go_to(view, Stage.CROPPED)
        for picture in (view.cropped.cropped, view.cropped.col2im):
            np.testing.assert_allclose(values(picture), expected[channel], **CLOSE)
        assert 0 <= view.cropped.difference < 1e-12 and "rounding" in view.cropped.verdict.text()
        assert values(view.cropped.appended).shape == padded.shape


def test_that_excluded_rows_are_appended_padding_is_cropped_and_both_have_their_hatch(qtbot: QtBot) -> None:
    view = shown(qtbot, InputGradientView, convolved(kernel_size=3, stride=3, padding=(1, 0)))
    go_to(view, Stage.CROPPED)
    whole = marks(view.cropped.appended)
    assert whole.shape == (10, 8)
    assert (whole[9] == Mark.APPENDED).all() and (whole[:, 6:] == Mark.APPENDED).all()
    assert (whole[0, :6] == Mark.PADDING).all() and (whole[1:9, :6] == Mark.NONE).all()
    assert (marks(view.cropped.cropped)[:, 6:] == Mark.APPENDED).all()
    assert not values(view.cropped.cropped)[:, 6:].any()
    assert view.sentence.texts[0] == (
        "Appended: r = (8 + 2·1 − 3) mod 3 = 1 down, (8 + 2·0 − 3) mod 3 = 2 across zero"
        " rows and columns, because no window reads these pixels. Cropped padding: 10 − 2·1 = 8 down, 8 − 2·0 = 8"
        " across. 48 of 64 pixels are read, 16 never: their dC/dX = 0."
    )


def test_that_the_sentences_have_the_numbers_of_the_layer(qtbot: QtBot) -> None:
    view = shown(qtbot, InputGradientView, convolved(kernel_size=3, stride=2, dilation=(2, 1)))
    told = {}
    for stage in Stage:
        go_to(view, stage)
        told[stage] = view.sentence.texts[0]
    assert "6 filters read channel 0; O is 2 × 3" in told[Stage.GRADIENT]
    assert told[Stage.DILATED].startswith("Zeros between neighbours: S − 1 = 1,")
    assert told[Stage.DILATED].endswith(
        "Size (O − 1)·S + 1: (2 − 1)·2 + 1 = 3 down, (3 − 1)·2 + 1 = 5 across. 9 of its 15 cells are inserted zeros."
    )
    assert "Of 99 cells, 84 are padding, 9 are inserted zeros, 6 are values." in told[Stage.PADDED]
    assert "Zeros on every side: K' − 1 = 4 down, 2 across." in told[Stage.PADDED]
    assert "3 + 2·4 = 11 down, 5 + 2·2 = 9 across" in told[Stage.PADDED]
    assert "(3 − 1)·2 + 1 = 5 down, (3 − 1)·1 + 1 = 3 across" in told[Stage.PADDED]
    assert "goes to (2 − u, 2 − v)" in told[Stage.ROTATED] and "D = 2 down, 1 across apart" in told[Stage.ROTATED]
    assert "all 6 filters" in told[Stage.SLID] and "11 − 5 + 1 = 7 down, 9 − 3 + 1 = 7 across" in told[Stage.SLID]


def untraced(size: int, **how: Any) -> ConvolutionTrace:
    """Return a convolution of one channel and one filter, without a number but 0."""
    spec = new_layer("conv2d", filters=1, **how)
    shapes = spec.config.parameter_shapes((1, size, size))
    zeros = {name: np.zeros(shape) for name, shape in shapes.items()}
    x, y = np.zeros((1, size, size)), np.zeros(spec.config.output_shape((1, size, size)))
    return ConvolutionTrace(LayerTrace(spec, zeros, x, y, x, y, zeros))


def test_that_the_numbers_of_zeros_and_of_read_pixels_are_told_as_counted() -> None:
    strided, spread_out = {"kernel_size": 5, "stride": 2}, {"kernel_size": 3, "stride": 5, "padding": 1, "dilation": 2}
    for size, how in ((28, strided), (24, spread_out)):
        trace = untraced(size, **how)
        window = trace.window
        dilated = spread(np.ones(window.output), (how["stride"],) * 2)
        zeros = f"{int((dilated == 0).sum()):,} of its {dilated.size:,} cells are inserted zeros."
        assert words.dilated(trace).endswith(zeros) and words.correlated(trace).endswith(zeros)
        padding = how.get("padding", 0)
        padded = np.zeros((size + 2 * padding,) * 2, bool)
        for i, j in np.ndindex(*window.output):
            taps = (how["stride"] * n + how.get("dilation", 1) * np.arange(how["kernel_size"]) for n in (i, j))
            padded[np.ix_(*taps)] = True
        read = padded[padding : padding + size, padding : padding + size]
        told = f"{int(read.sum())} of {size * size} pixels are read, {int((~read).sum())} never: their dC/dX = 0."
        assert words.cropped(trace).endswith(told) and words.trimmed(window).endswith(told)
    assert "385 of its 529 cells are inserted zeros." in words.dilated(untraced(28, kernel_size=5, stride=2))


def products_told(steps: StepView, tap: tuple[int, int]) -> list[str]:
    """Point at one tap in each of the three pictures, and return what is told of the product."""
    told = []
    for view in (steps.products, steps.kernel, steps.patch):
        point_at(view, tap)
        assert len(steps.lines.texts) == 3
        told.append(steps.lines.texts[2])
        assert all(list(each.highlighted[1]) == [tap] for each in (steps.products, steps.kernel, steps.patch))
    assert len(set(told)) == 1
    factors = told[0].split(":  ")[1]
    assert steps.products.grid is not None and steps.products.grid.read_out(tap) == factors
    assert steps.patch.grid is not None and steps.patch.grid.read_out(tap).startswith(told[0].split(" × ")[0])
    return told[:1]


def n4(value: float) -> str:
    text = number(value, 4)
    return f"({text})" if text.startswith("−") else text


def test_that_a_product_tells_its_factors_and_where_they_are_in_the_input_and_in_the_kernel(qtbot: QtBot) -> None:
    frame = convolved(kernel_size=3, padding=1, dilation=2)
    view, layer = shown(qtbot, ConvolutionView, frame), layer_of(frame)
    view._open(2, (3, 4))
    for u, v in ((0, 0), (2, 1)):
        row, col = 3 + 2 * u - 1, 4 + 2 * v - 1
        x, w = layer.input[2, row, col], layer.parameters["weight"][0, 2, u, v]
        assert products_told(view.steps, (u, v)) == [
            f"input 2 ({row}, {col}) × kernel 2 ({u}, {v}):  {n4(x)} × {n4(w)} = {number(x * w, 4)}"
        ]
    view.steps.go_to((0, 0))
    assert products_told(view.steps, (0, 1))[0].startswith("padding (−1, 1) × kernel 2 (0, 1):  0 × ")


def test_that_a_product_on_the_way_back_tells_the_real_gradient_and_the_cell_before_the_rotation(qtbot: QtBot) -> None:
    frame = convolved(kernel_size=3, stride=2)
    view, layer = shown(qtbot, InputGradientView, frame), layer_of(frame)
    view.channel.setValue(1)
    go_to(view, Stage.SLID)
    view.steps.plane.setValue(4)
    view.steps.go_to((2, 2))
    gradient, weight = layer.grad_output[4], layer.parameters["weight"][4, 1]
    g, w = gradient[1, 0], weight[0, 2]  # the tap (2, 0) lies over (4, 2), which is 2 + 2 · (1, 0)
    assert products_told(view.steps, (2, 0)) == [
        f"dC/dO 4 (1, 0) × kernel 4 (0, 2):  {n4(g)} × {n4(w)} = {number(g * w, 4)}"
    ]
    assert products_told(view.steps, (1, 0))[0].startswith("inserted zero × kernel 4 (1, 2):  0 × ")
    view.steps.go_to((0, 0))
    assert products_told(view.steps, (0, 0))[0].startswith("padding × kernel 4 (2, 2):  0 × ")
    view.hide()
    page = shown(qtbot, WeightGradientView, frame)
    pixel = page.sample.steps
    pixel.go_to((1, 2))
    x, g = layer.input[0, 1 + 2 * 1, 2 + 2 * 2], layer.grad_output[0, 1, 2]
    assert products_told(pixel, (2, 4)) == [f"input 0 (3, 6) × dC/dO 0 (1, 2):  {n4(x)} × {n4(g)} = {number(x * g, 4)}"]
    assert products_told(pixel, (1, 4))[0].startswith("input 0 (2, 6) × inserted zero:  ")


def test_that_every_sum_of_products_adds_up_as_shown(qtbot: QtBot) -> None:
    frame = convolved(kernel_size=3, padding=1)
    view = shown(qtbot, ConvolutionView, frame)
    view._open(0, (0, 0))
    for place in np.ndindex(8, 8):
        view.steps.go_to(place)
        found = assert_adds_up(view.steps.lines.texts[1])
        assert len(found) == 5 or layer_of(frame).parameters["bias"][0] == 0
        plane = view.steps.lines.texts[0].rsplit(" = ", 1)[1].replace("−", "-")
        assert plane == str(found[0]) or "⁻" in plane


def test_that_a_sentence_has_the_products_that_there_are() -> None:
    """A zero that only stands between values is not multiplied, so it makes no number of an infinite weight."""
    kernel, one = np.array([[[3.0, 2.0], [1.0, np.inf]]]), np.array([[[[False, False], [True, False]]]])
    face = Face("", ColorMap.GRADIENTS, 1.0)
    everywhere = "filter 0:  0 × 3 + 0 × 2 + 1 × 1 + 0 × inf = nan"
    for present, said in ((one, "filter 0:  1 × 1 = 1"), (one & False, "filter 0:  0"), (None, everywhere)):
        source = Correlation(np.array([[[0.0, 0.0], [1.0, 0.0]]]), kernel, present=present)
        assert formula.products(Lane(source, face, face, face, "filter", "dC/dX"), source.terms(0, 0), 0) == said
    many = Correlation(np.ones((1, 4, 4)), np.ones((1, 4, 4)), present=np.arange(16).reshape(1, 1, 4, 4) < 12)
    said = formula.products(Lane(many, face, face, face, "filter", "dC/dX"), many.terms(0, 0), 0)
    assert said == "filter 0: sum of 12 products = 12"


def test_that_a_kernel_is_rotated_and_letters_mean_the_same_on_every_page(qtbot: QtBot) -> None:
    """KH and KW are the window, F the filters; K' is told where it stands; what the README calls by a name has it."""
    for dilation in (1, 2):
        frame, told = convolved(kernel_size=3, stride=2, dilation=dilation), {}
        view, weights = shown(qtbot, InputGradientView, frame), shown(qtbot, WeightGradientView, frame)
        for stage in Stage:
            go_to(view, stage)
            grids = [each.grid for each in view.findChildren(GridView) if each.isVisible() and each.grid]
            told[stage] = " ".join([*view.sentence.texts, *(grid.title for grid in grids)])
        everything = " ".join([*told.values(), *names(), *weights.sample.sentence.texts])
        assert not re.search("\\bturn|\\bflip|full correlation|\\bF\\b", everything)
        assert "Rotate" in names() and "is rotated by 180°" in told[Stage.ROTATED]
        assert "kernel 0, rotated" in told[Stage.ROTATED] and "Full convolution: the rotated kernel" in told[Stage.SLID]
        assert "full convolution" in told[Stage.CROPPED]
        assert any(text.startswith("Cross-correlated with") for text in weights.sample.sentence.texts)
        assert ("KH − 1 = KW − 1 = 2" in told[Stage.PADDED]) == (dilation == 1)
        for text in told.values():
            assert ("K'" in text) == ("K' = (K − 1)·D + 1 is the kernel's size with its dilation D" in text)
        assert ("K'" in told[Stage.PADDED]) == (dilation == 2)


def test_that_a_stage_with_nothing_to_do_says_so(qtbot: QtBot) -> None:
    view = shown(qtbot, InputGradientView, convolved(kernel_size=1))
    told = []
    for stage in (Stage.DILATED, Stage.PADDED, Stage.ROTATED, Stage.CROPPED):
        go_to(view, stage)
        told.append(view.sentence.texts[0])
    assert (
        told[0] == "Nothing to insert: S − 1 = 0 zeros come between neighbours. Size (O − 1)·S + 1: (8 − 1)·1 + 1 = 8."
    )
    assert told[1] == "Nothing to add: the kernel is one cell, so KH − 1 = KW − 1 = 0 zeros come on every side."
    assert told[2] == "A kernel of one cell stays as it is when it is rotated by 180°."
    assert told[3] == "Nothing to append: r = (8 + 2·0 − 1) mod 1 = 0. Nothing to crop: P = 0. All 64 pixels are read."


def test_that_left_and_right_go_from_stage_to_stage_and_play_goes_to_the_last(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = shown(qtbot, InputGradientView, convolved(kernel_size=3, stride=2))
    last = view.bar.tabs.count() - 1
    for name, stage in (
        ("page_previous", 0), ("page_next", 1), ("page_last", last), ("page_previous", last - 1), ("page_first", 0),
        ("page_next", 1),
    ):  # fmt: skip
        go(view, name)
        assert view.bar.stage == stage
    QTest.keyClick(view.bar.tabs, Qt.Key.Key_Right)
    assert view.bar.stage == 2
    monkeypatch.setattr(stage_bar, "_PERIOD", 5)
    qtbot.mouseClick(view.bar.play_button, Qt.MouseButton.LeftButton)
    assert view.bar.playing
    qtbot.waitUntil(lambda: view.stage is Stage.CROPPED and not view.bar.playing)
    qtbot.mouseClick(view.bar.play_button, Qt.MouseButton.LeftButton)
    assert view.stage is Stage.GRADIENT and view.bar.playing
    view.hide()
    assert not view.bar.playing


def test_that_zeros_slide_in_and_the_kernel_turns_unless_motion_is_not_wanted(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = convolved(kernel_size=3, stride=3)
    view = shown(qtbot, InputGradientView, frame)
    for stage in (Stage.DILATED, Stage.PADDED, Stage.ROTATED):
        go_to(view, stage)
        moving = view.planes.after
        assert moving.moving
        early = moving.grab().toImage()
        qtbot.waitUntil(lambda moving=moving: not moving.moving, timeout=2000)
        assert moving.grab().toImage() != early
    view.show_frame(frame)
    assert not view.planes.after.moving
    monkeypatch.setenv(motion.REDUCED_MOTION, "1")
    go_to(view, Stage.DILATED)
    assert not view.planes.after.moving
    go_to(view, Stage.CROPPED)
    assert not view.cropped.appended.moving and not view.cropped.cropped.moving


@pytest.mark.parametrize("how", CASES.values(), ids=CASES)
def test_that_the_gradient_of_every_kernel_is_that_of_the_loops(qtbot: QtBot, how: dict[str, Any]) -> None:
    frame = convolved(**how)
    view, layer = shown(qtbot, WeightGradientView, frame), layer_of(frame)
    expected, config = by_loops(layer)[1], cast(Conv2DConfig, layer.spec.config)
    for f in range(6):
        view.filter.setValue(f)
        channels = range(4) if config.groups == 1 else range(f // 3 * 2, f // 3 * 2 + 2)
        assert (view.channel.minimum(), view.channel.maximum()) == (channels.start, channels.stop - 1)
        for k, channel in enumerate(channels):
            view.channel.setValue(channel)
            np.testing.assert_allclose(values(view.sample.steps.output), expected[f, k], **CLOSE)
            assert values(view.sample.kernel).tolist() == layer.parameters["weight"][f, k].tolist()
            assert 0 <= view.sample.difference < 1e-12
    point_at(view.sample.steps.output, (0, 0))
    window, padding = window_of(layer), marks(view.sample.steps.source)
    assert padding.shape == (window.rows.used, window.cols.used)
    assert values(view.sample.steps.kernel).tolist() == spread(layer.grad_output[5], config.stride).tolist()


def test_that_what_is_trimmed_and_what_training_does_with_the_gradient_is_said(qtbot: QtBot) -> None:
    view = shown(qtbot, WeightGradientView, convolved(kernel_size=3, stride=2, padding=(1, 0)))
    assert view.sample.sentence.texts == (
        "Trimmed: r = (8 + 2·1 − 3) mod 2 = 1 down, (8 + 2·0 − 3) mod 2 = 1 across rows and columns of the padded input"
        " that no window reads. 56 of 64 pixels are read, 8 never: their dC/dX = 0.",
        "Cross-correlated with the dilated dC/dO: 9 − 7 + 1 = 3 down, 7 − 5 + 1 = 3 across sums. 23 of its 35 cells are"
        " inserted zeros.",
    )
    assert "adds up the dC/dW of the N samples of its mini-batch and divides by N" in view.sample.training.texts[0]
    assert "Largest difference" in view.sample.training.texts[1]
    dilated = shown(qtbot, WeightGradientView, convolved(kernel_size=3, dilation=2))
    assert (
        dilated.sample.sentence.texts[1]
        == "Cross-correlated with the dilated dC/dO in steps of D = 2: (8 − 4)/2 + 1 = 3 sums."
    )


PLACE = 5  # of a training image


def of_training(frame: Frame, **settings: Any) -> Frame:
    """Return the frame of the same layer for a training image, in a run with *settings*."""
    document = frame._document
    document.set_settings(replace(document.settings, **{"batch_size": 8, "validation": 0.25, **settings}))
    train = document.data.dataset.train
    sample = Sample(pixels(train.images[PLACE]), f"training image {PLACE}", int(train.labels[PLACE]), place=PLACE)
    return Frame(document, sample, 0)


@pytest.mark.parametrize("how", CASES.values(), ids=CASES)
def test_that_a_mini_batch_is_the_sum_of_its_samples_shares(qtbot: QtBot, how: dict[str, Any]) -> None:
    frame = of_training(convolved(**how))
    view = shown(qtbot, WeightGradientView, frame)
    QTest.mouseClick(view.ways, Qt.MouseButton.LeftButton, pos=view.ways.tabRect(1).center())
    QTest.keyClick(view.filter, Qt.Key.Key_Up)
    QTest.keyClick(view.channel, Qt.Key.Key_Up)
    f, channel, layers = 1, view.channel.value(), frame.mini_batch.layers
    assert view.batch.isVisible() and not view.sample.isVisible() and len(layers) == 8
    for layer, share in zip(layers, view.batch.shares, strict=True):
        np.testing.assert_allclose(share, by_loops(layer)[1][f, channel], **CLOSE)
    whole = sum(by_loops(layer)[1] for layer in layers)
    np.testing.assert_allclose(values(view.batch.total), whole[f, channel], **CLOSE)
    np.testing.assert_allclose(layers[0].gradients["weight"], whole, **CLOSE)
    assert view.batch.difference < 1e-12
    point_at(view.batch.total, (0, 0))
    assert view.batch.lines.texts[1].startswith("Row 0, column 0: dC/dW = ")
    assert len(assert_adds_up(view.batch.lines.texts[1])) == 8


def test_that_each_share_of_a_mini_batch_says_which_sample_it_is_of(qtbot: QtBot) -> None:
    frame = of_training(convolved(kernel_size=3))
    view = shown(qtbot, WeightGradientView, frame)
    view.ways.setCurrentIndex(1)
    samples, places = view.batch.samples, frame.mini_batch.places
    assert places[0] == PLACE and len(set(places)) == 8
    assert [each.grid.title for each in samples] == [frame.sample.title, *(f"training {n}" for n in places[1:])]
    for each, scoring, share in zip(samples, frame.mini_batch.scorings, view.batch.shares, strict=True):
        assert each.isVisible() and values(each).tolist() == share.tolist()
        assert each.about == (class_title(frame, scoring.label), f"loss {number(scoring.value, 3)}")
    point_at(samples[3], (1, 2))
    assert view.batch.lines.texts[1].startswith("Row 1, column 2: ")
    assert all(list(each.highlighted[1]) == [(1, 2)] for each in (*samples, view.batch.total))


@pytest.mark.parametrize("scale", Scale)
def test_that_the_shares_of_a_mini_batch_have_one_legend(qtbot: QtBot, scale: Scale) -> None:
    frame = of_training(convolved(kernel_size=3))
    view = shown(qtbot, WeightGradientView, frame)
    view.ways.setCurrentIndex(1)
    for each in view.coloured:
        each.ranges = Ranges(scale)
    view.show_frame(frame)
    limits = {each.grid.limit for each in view.batch.samples}
    if scale is Scale.MAP:
        assert len(limits) > 1 and view.batch.legend.numbers()[-1] == "+max"
    else:
        assert [f"+{number(limit)}" for limit in limits] == view.batch.legend.numbers()[-1:]


@pytest.mark.parametrize(("augment", "earlier", "done"), [(False, 0, 0), (True, 0, 0), (True, 3, 9)])
def test_that_a_mini_batch_is_the_one_that_a_run_learns_from(
    qapp: object, monkeypatch: pytest.MonkeyPatch, augment: bool, earlier: int, done: int
) -> None:
    """*earlier*: steps that the optimizer brings along; *done*: steps of this run, in its second epoch."""
    moody = new_layer("dropout", rate=0.25), new_layer("flatten"), new_layer("dense", units=2), new_layer("softmax")
    document = document_of(
        new_layer("conv2d", filters=3, kernel_size=3), new_layer("batch_norm"), new_layer("relu"), *moody
    )
    frame = of_training(frame_of(document, 0), augment=augment, epochs=2, batch_size=7)
    model, data, settings = document.model, document.data.dataset, document.settings
    assert model is not None and data is not None and frame.sample is not None
    seen, gradient = [], Learner._gradient

    def noted(self: Learner, batch: Batch, shards: Any) -> tuple[float, int]:
        np.copyto(model.parameters.flat, before)  # each step begins with the weights that are on show
        result = gradient(self, batch, shards)
        seen.append((batch.inputs(slice(None)), batch.samples.labels, shards.gradient.copy()))
        return result

    before = model.parameters.flat.copy()
    trainer = Trainer(model, data, settings, threads=1)
    trainer._learner._optimizer.time = earlier
    monkeypatch.setattr(Learner, "_gradient", noted)
    for _ in trainer.run():
        pass
    np.copyto(model.parameters.flat, before)
    monkeypatch.setattr(type(document), "optimizer_time", property(lambda self: earlier))
    frame = Frame(document, frame.sample, 0, passes=Passes(document, frame.sample, done))
    found, in_epoch = frame.mini_batch, len(seen) // 2
    assert found is not None and found.augmented == augment and len(found.layers) == len(found.places)
    images, labels, learned = seen[done // in_epoch * in_epoch + found.number]
    ours = np.stack([layer.input for layer in found.layers]).astype(np.float32)
    assert sorted(map(bytes, ours)) == sorted(np.ascontiguousarray(image).tobytes() for image in images)
    assert sorted(scoring.label for scoring in found.scorings) == sorted(labels.tolist())
    size = model.parameters.layers[0]["weight"].size
    weight = found.layers[0].gradients["weight"]
    np.testing.assert_allclose(weight.ravel(), learned[:size], rtol=1e-3, atol=1e-6)  # float32 against float64
    summed = sum(ConvolutionTrace(layer).weight_gradient(1, 0).output for layer in found.layers)
    np.testing.assert_allclose(summed, weight[1, 0], **CLOSE)
    assert (ours[0] == frame.sample.image).all() != augment  # its own image, or a changed one


def test_that_an_image_that_no_run_trains_on_is_a_batch_of_its_own(qtbot: QtBot) -> None:
    frame = convolved(kernel_size=3)
    view = shown(qtbot, WeightGradientView, frame)
    view.ways.setCurrentIndex(1)
    assert frame.mini_batch.places == () and len(frame.mini_batch.layers) == 1
    assert view.batch.lines.texts[0].startswith("A mini-batch of this sample alone, N = 1")
    assert view.batch.total.grid.title == "dC/dW 0, 0 of this sample alone"
    np.testing.assert_allclose(values(view.batch.total), layer_of(frame).gradients["weight"][0, 0], **CLOSE)
    held = Choice().of(ImageSet.TRAINING).at(3).sample(frame._document.data.dataset, np.arange(64) == 3)
    assert held is not None and held.held_out and held.place is None


def test_that_of_a_large_mini_batch_eight_are_shown_and_all_are_added_up(qtbot: QtBot) -> None:
    frame = of_training(convolved(kernel_size=3), batch_size=20)
    view = shown(qtbot, WeightGradientView, frame)
    view.ways.setCurrentIndex(1)
    assert len(view.batch.shares) == 20 and sum(each.isVisible() for each in view.batch.samples) == 8
    assert "of the 7 with the largest" in view.batch.caption.whole_text and "N = 20" in view.batch.lines.texts[0]
    pictures = [values(each) for each in view.batch.samples]
    assert pictures[0].tolist() == view.batch.shares[0].tolist()
    sizes = sorted(np.abs(view.batch.shares[1:]).max(axis=(1, 2)), reverse=True)
    assert [np.abs(each).max() for each in pictures[1:]] == sizes[:7]
    np.testing.assert_allclose(values(view.batch.total), view.batch.shares.sum(axis=0), **CLOSE)
    assert view.batch.difference < 1e-12


def test_that_a_large_mini_batch_is_made_beside_the_gui(qapp: object, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = of_training(convolved(kernel_size=3), batch_size=20)
    monkeypatch.setattr(passes, "HEAVY", 2 * frame.passes._work)
    assert not frame.passes.are_heavy and frame.passes.are_there(None) and not frame.passes.are_there(1)
    wanted = frame.passes.hold()
    assert wanted is not None
    frame.passes.take(wanted.trace(), wanted.mini_batch(1), 1)
    assert frame.passes.are_there(1) and not frame.passes.are_there(0)
    alone = convolved(kernel_size=3)
    assert alone.passes.are_there(1)  # one sample, not a mini-batch of training


def test_that_padding_is_told_only_where_there_is_some(qapp: object) -> None:
    for how, padded in (({"kernel_size": 3}, False), ({"kernel_size": 3, "padding": 1}, True)):
        trace = ConvolutionTrace(layer_of(convolved(**how)))
        assert ("padded" in lanes.full(trace, 0, Channels()).output.title) == padded
        assert ("padded input" in words.trimmed(trace.window)) == (padded and trace.window.rows.trailing > 0)


def test_that_the_gradient_of_a_bias_is_added_up_in_the_open(qtbot: QtBot) -> None:
    frame = convolved(kernel_size=3, stride=3)
    view, layer = shown(qtbot, BiasGradientView, frame), layer_of(frame)
    expected = by_loops(layer)[2]
    QTest.mouseClick(view.table.viewport(), Qt.MouseButton.LeftButton, pos=view.table.row_rect(4).center().toPoint())
    assert view.filter == 4 and list(view.table.marked) == [4]
    np.testing.assert_allclose(view.table.columns[1].values, expected, **CLOSE)
    assert values(view.gradient).tolist() == layer.grad_output[4].tolist()
    rows = [sum(row) for row in layer.grad_output[4].tolist()]
    np.testing.assert_allclose(values(view.rows)[:, 0], rows, **CLOSE)
    assert float(values(view.total)[0, 0]) == pytest.approx(expected[4])
    (text,) = view.addition.texts
    assert text.startswith("dC/db 4 = ")
    assert [float(each) for each in assert_adds_up(text)] == pytest.approx(rows, abs=1e-4)
    unbiased = shown(qtbot, BiasGradientView, convolved(kernel_size=1, bias=False))
    assert unbiased.sentence.texts[0].startswith("This layer has no biases.")


@pytest.mark.parametrize("layer", range(6))
def test_that_the_gradients_of_any_layer_are_shown(qtbot: QtBot, layer: int) -> None:
    frame = convolved(kernel_size=3)
    frame = frame_of(frame._document, layer)
    view, trace = shown(qtbot, GradientsView, frame), layer_of(frame)
    for mosaic, gradient in ((view.outputs, trace.grad_output), (view.inputs, trace.grad_input)):
        assert mosaic.canvas.tiles is not None
        np.testing.assert_allclose(mosaic.canvas.tiles.values.reshape(gradient.shape), gradient, rtol=1e-6)
    assert ("not used" in view.outputs.caption.whole_text) == (layer == 5)


def test_that_newer_weights_change_the_numbers_and_leave_stage_channel_and_filter(qtbot: QtBot) -> None:
    frame = convolved(kernel_size=3, stride=2)
    view, document = shown(qtbot, InputGradientView, frame), frame._document
    view.channel.setValue(2)
    choose_filter(view.planes.mosaic, 3)
    go_to(view, Stage.DILATED)
    assert document.model is not None
    document.set_weights(document.model.parameters.flat * 0.5)
    newer = frame_of(document, 1)
    view.show_frame(newer)
    assert view.stage is Stage.DILATED and view.channel.value() == 2 and view.planes.plane == 3
    assert values(view.planes.after)[::2, ::2].tolist() == layer_of(newer).grad_output[3].tolist()


@pytest.mark.parametrize("scheme", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_that_all_is_painted_in_both_schemes_where_there_is_little_room(
    qtbot: QtBot, qapp: QApplication, scheme: theme.Tokens
) -> None:
    theme.apply(qapp, scheme)
    view = shown(qtbot, InputGradientView, convolved(kernel_size=3, stride=2), 440, 420)
    for stage in Stage:
        go_to(view, stage)
        assert view.grab().width() == 440 and not view.planes.mosaic.note.isVisible()
    theme.apply(qapp, theme.LIGHT)
