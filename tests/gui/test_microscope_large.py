"""Inside a large network: its passes are made beside the GUI, of the weights and the sample that the label names."""

from collections.abc import Iterator
from threading import Event, Thread, current_thread, main_thread

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from cnn_gui.lens import passes
from cnn_gui.lens.choice import ImageSet
from cnn_gui.lens.passes import Pass
from cnn_gui.lens.sample import Sample
from cnn_gui.lens.views.convolution import ConvolutionView
from cnn_gui.lens.views.weight_gradient import BATCH, SAMPLE, WeightGradientView
from cnn_gui.lens.views.why import WhyView
from cnn_gui.lens.why import question
from cnn_gui.main_window import MainWindow
from cnn_gui.window.microscope_door import NETWORK
from engine.architecture import Architecture, new_layer
from engine.data.dataset import pixels
from engine.layer import Array
from engine.trace.contributions import contributions
from engine.trace.record import Trace
from engine.trace.tracer import Tracer
from tests.helpers import tiny
from tests.helpers.window import show_window


@pytest.fixture
def traced(monkeypatch: pytest.MonkeyPatch) -> list[Thread]:
    """Count every network as a large one; give the threads that traces were made on."""
    threads: list[Thread] = []
    whole = Tracer._traced
    monkeypatch.setattr(passes, "HEAVY", 0)
    monkeypatch.setattr(Tracer, "_traced", lambda *rest: threads.append(current_thread()) or whole(*rest))
    return threads


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Event]:
    """Hold up each trace until the event is set."""
    opened, trace = Event(), Pass.trace

    def slow(self):
        assert opened.wait(10)
        return trace(self)

    monkeypatch.setattr(Pass, "trace", slow)
    yield opened
    opened.set()


@pytest.fixture
def window(qtbot: QtBot, traced: list[Thread]) -> Iterator[MainWindow]:
    """The window inside the first of two convolutions."""
    window = show_window(qtbot)
    window.document.set_data(tiny.dataset(), "bundled")
    first, second = new_layer("conv2d", filters=6), new_layer("conv2d", filters=5, kernel_size=2)
    window.document.replace(Architecture((first, second, *tiny.architecture().layers[1:])), "Load it")
    open_layer(window, 0)
    yield window


def open_layer(window: MainWindow, layer: int) -> None:
    window.document.select(window.document.architecture.layers[layer].uid)
    window.canvas.opened.emit()
    window.lens.refresh()


def wait_for(qtbot: QtBot, window: MainWindow, kind: type = ConvolutionView) -> None:
    qtbot.waitUntil(lambda: isinstance(window.microscope.view, kind))


def wait_to_be_asked(qtbot: QtBot, window: MainWindow) -> None:
    """Wait until a trace is under way that the gate holds up."""
    shift_weights(window)
    window.lens.refresh()
    qtbot.waitUntil(lambda: window.microscope.waiting.background.busy)
    window.microscope._shown = None
    window.lens.renew()
    window.lens.refresh()
    assert window.microscope.view is None


def truth(window: MainWindow, sample: Sample | None = None) -> Trace:
    """The trace of a sample, by default of test image 0, with the weights of now."""
    document = window.document
    assert document.tracer is not None and document.data.dataset is not None
    test = document.data.dataset.test
    image, label = (pixels(test.images[:1]), test.labels[:1]) if sample is None else (sample.image[None], sample.label)
    return document.tracer.trace(image, np.atleast_1d(label))


def shown(window: MainWindow) -> Array:
    """The first map that the page Forward shows."""
    view = window.microscope.view
    assert isinstance(view, ConvolutionView) and view.unfolded.output.grid is not None
    return view.unfolded.output.grid.values


def shift_weights(window: MainWindow) -> None:
    assert window.document.model is not None
    window.document.set_weights(window.document.model.parameters.flat + np.float32(0.1))


def test_that_a_large_network_is_traced_on_another_thread(qtbot: QtBot, window: MainWindow, traced) -> None:
    microscope = window.microscope
    assert microscope.view is None and "Computing" in microscope.stack.message.text()
    assert microscope.head.heading.text() == "Convolution 1" and len(microscope.kinds) > 5
    wait_for(qtbot, window)
    assert [thread is main_thread() for thread in traced] == [False]
    np.testing.assert_allclose(shown(window), truth(window).layers[0].output[0])


def test_that_another_layer_and_another_page_need_no_new_trace(qtbot: QtBot, window: MainWindow, traced) -> None:
    wait_for(qtbot, window)
    open_layer(window, 1)
    np.testing.assert_allclose(shown(window), truth(window).layers[1].output[0])
    window.microscope.look_through(WeightGradientView)
    window.lens.refresh()
    assert isinstance(window.microscope.view, WeightGradientView)
    assert len([thread for thread in traced if thread is not main_thread()]) == 1


def test_that_the_numbers_are_of_the_weights_of_when_they_were_asked_for(qtbot, window, gate) -> None:
    window.lens.renew()
    before = truth(window)
    window.document.set_locked(True)  # a run follows
    window.lens.set_step(1)
    shift_weights(window)  # unseen so far
    gate.set()
    wait_for(qtbot, window)
    assert "initial weights" in window.microscope.head.about.whole_text
    np.testing.assert_allclose(shown(window), before.layers[0].output[0])
    window.lens.refresh()
    assert "initial weights" in window.microscope.head.about.whole_text  # the older numbers stay meanwhile
    np.testing.assert_allclose(shown(window), before.layers[0].output[0])
    qtbot.waitUntil(lambda: "step 1" in window.microscope.head.about.whole_text)
    np.testing.assert_allclose(shown(window), truth(window).layers[0].output[0])


def test_that_the_last_weights_come_at_once_when_no_run_goes_on(qtbot: QtBot, window: MainWindow) -> None:
    wait_for(qtbot, window)
    shift_weights(window)
    expected = truth(window).layers[0].output[0]
    qtbot.waitUntil(lambda: np.allclose(shown(window), expected), timeout=900)


def test_that_a_mini_batch_is_traced_when_its_page_is_opened(qtbot: QtBot, window: MainWindow, traced) -> None:
    window.lens.look_at(window.lens.choice.of(ImageSet.TRAINING).at(1))
    window.lens.refresh()
    wait_for(qtbot, window)
    window.microscope.look_through(WeightGradientView)
    wait_for(qtbot, window, WeightGradientView)
    view = window.microscope.view
    assert isinstance(view, WeightGradientView)
    view.ways.setCurrentIndex(BATCH)
    window.lens.refresh()
    assert window.microscope.view is None
    wait_for(qtbot, window, WeightGradientView)
    assert view.batch.isVisible() and len(view.batch.shares) > 1 and view.batch.difference < 1e-12
    assert not any(thread is main_thread() for thread in traced)
    view.ways.setCurrentIndex(SAMPLE)
    assert view.sample.isVisible()


def test_that_what_a_class_comes_from_is_worked_out_on_another_thread(qtbot, window, monkeypatch) -> None:
    wait_for(qtbot, window)
    threads: list[Thread] = []
    monkeypatch.setattr(question, "contributions", lambda *of: threads.append(current_thread()) or contributions(*of))
    window.microscope.explain()
    window.lens.refresh()
    view = window.microscope.view
    assert isinstance(view, WhyView) and view.side.map.grid is None and view.side.sum_bar.isHidden()
    assert "Logit of" in view.sums.texts[0]
    qtbot.waitUntil(lambda: view.side.map.grid is not None)
    trace = truth(window)
    read = int(trace.layers[-1].output.argmax())
    found = contributions(trace, view.controls.chosen(read, trace.scoring.label))
    np.testing.assert_allclose(view.side.map.grid.values, found.pixels.sum(axis=0))
    assert threads and main_thread() not in threads
    assert f"{found.logit:.2f}".replace("-", "−") in view.sums.texts[0] and view.side.sum_bar.isVisible()


def test_that_leaving_gives_up_what_is_under_way(qtbot: QtBot, window: MainWindow, gate) -> None:
    shift_weights(window)
    open_layer(window, 1)
    assert window.microscope.waiting.background.busy
    QTest.keyClick(window.microscope, Qt.Key.Key_Escape)
    assert window.middle.currentIndex() == NETWORK
    assert not window.microscope.waiting.background.busy
    gate.set()
    qtbot.wait(150)
    assert window.microscope.view is None


def test_that_what_was_given_up_does_not_pile_up(qtbot: QtBot, window: MainWindow, traced, gate) -> None:
    wait_to_be_asked(qtbot, window)
    done = len(traced)
    images = np.random.default_rng(0).random((30, 1, 8, 8), np.float32)
    for image in images:  # as fast as a person can draw, while the first trace is under way
        window.lens.set_sample(image, "your drawing")
        window.lens.refresh()
    gate.set()
    wait_for(qtbot, window)
    last = Sample(images[-1], "your drawing", int(window.lens._passes.label or 0))
    assert len(traced) - done == 2, "the first and the last"
    expected = truth(window, last).layers[0].output[0]
    np.testing.assert_allclose(shown(window), expected)


def test_that_numbers_of_another_network_do_not_stay(qtbot: QtBot, window: MainWindow, gate) -> None:
    gate.set()
    wait_for(qtbot, window)
    gate.clear()
    window.document.remove(window.document.architecture.layers[1].uid)
    window.lens.refresh()
    assert window.microscope.view is None
    assert len(window.microscope.head.strip.buttons) == len(window.document.architecture.layers)
    gate.set()
    qtbot.waitUntil(lambda: window.microscope.view is not None)


def test_that_what_is_ready_after_an_edit_is_not_shown(qtbot, window: MainWindow, gate, monkeypatch) -> None:
    wait_to_be_asked(qtbot, window)
    seen: list[object] = []
    window.microscope.waiting.ready.connect(lambda frame: seen.append(window.microscope.view))
    monkeypatch.setattr(type(window.lens), "_wanted", False)  # so that it makes no new frame
    window.document.remove(window.document.architecture.layers[1].uid)
    gate.set()
    qtbot.waitUntil(lambda: bool(seen))
    qtbot.wait(50)
    assert window.microscope.view is None


def test_that_a_view_under_record_is_left_alone(qtbot: QtBot, window: MainWindow, gate) -> None:
    wait_to_be_asked(qtbot, window)
    window.microscope.export_button.busy = True
    gate.set()
    with qtbot.waitSignal(window.microscope.waiting.ready):
        pass
    assert window.microscope.view is None


def test_that_weights_that_are_no_numbers_are_not_traced_again_and_again(qtbot, window, traced) -> None:
    wait_for(qtbot, window)
    assert window.document.model is not None
    window.document.set_weights(np.full_like(window.document.model.parameters.flat, np.nan))
    window.lens.refresh()
    qtbot.waitUntil(lambda: len(traced) == 2)
    qtbot.waitUntil(lambda: not window.microscope.waiting.background.busy)
    open_layer(window, 1)
    assert isinstance(window.microscope.view, ConvolutionView) and len(traced) == 2


def test_that_too_little_memory_is_told(qtbot: QtBot, window: MainWindow, monkeypatch) -> None:
    wait_for(qtbot, window)

    def fail(*rest):
        raise MemoryError

    monkeypatch.setattr(Tracer, "_traced", fail)
    shift_weights(window)
    qtbot.waitUntil(lambda: window.microscope.view is None)
    qtbot.waitUntil(lambda: "memory" in window.microscope.stack.message.text())


def test_that_a_small_network_is_traced_at_once(qtbot: QtBot, window: MainWindow, traced, monkeypatch) -> None:
    monkeypatch.setattr(passes, "HEAVY", 1_000_000)
    shift_weights(window)
    window.lens.refresh()
    np.testing.assert_allclose(shown(window), truth(window).layers[0].output[0])
    assert all(thread is main_thread() for thread in traced[1:])
