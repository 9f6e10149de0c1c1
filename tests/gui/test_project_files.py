"""New, open, save and save as, the question before anything is lost, and files that cannot be used."""

import json
import os
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QProgressDialog, QPushButton, QWidget

from cnn_gui import project_files
from cnn_gui.document import Document
from cnn_gui.main_window import MainWindow
from cnn_gui.project_files import ProjectFiles
from cnn_gui.training.controller import State
from engine.files import reading
from engine.files.project import Project, open_project
from engine.files.weights import trained_model
from engine.layers.conv import Conv2DConfig
from engine.trainer import StepResult, Trainer
from tests.helpers import archives, files_read, tiny
from tests.helpers.dialogs import answering, told
from tests.helpers.window import open_tiny_window, write_data

SAVE, DISCARD, CANCEL = (getattr(QMessageBox.StandardButton, name) for name in ("Save", "Discard", "Cancel"))
YES, NO = QMessageBox.StandardButton.Yes, QMessageBox.StandardButton.No


@pytest.fixture
def document(qapp) -> Document:
    document = Document()
    document.set_data(tiny.dataset(), "tiny.npz")
    document.replace(tiny.architecture(), "Load")
    document.undo_stack.clear()
    document.file.mark_saved(None)
    return document


@pytest.fixture
def files(qtbot, document) -> ProjectFiles:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    files = ProjectFiles(document, lambda: True, window)
    files.said = []
    files.failed.connect(lambda title, text: files.said.append(text))
    return files


@pytest.fixture
def window(qtbot, tmp_path) -> MainWindow:
    yield from open_tiny_window(qtbot, tmp_path)


def choose(monkeypatch: pytest.MonkeyPatch, path: Path | str) -> None:
    """Let the next file dialog, for opening or saving, answer *path*; '' is its Cancel."""
    for name in ("getOpenFileName", "getSaveFileName"):
        monkeypatch.setattr(QFileDialog, name, lambda *_: (str(path), ""))


def state_of(document: Document) -> tuple[object, ...]:
    """Return everything of the project that a failure or a Cancel must leave alone."""
    flat = None if document.model is None else document.model.parameters.flat.tobytes()
    return (
        document.architecture, document.settings, flat, document.history.steps, document.data.dataset,
        document.data.source, document.undo_stack.count(), document.selected, document.file.path,
        document.file.modified,
    )  # fmt: skip


# Saving.


def test_that_saving_without_a_file_asks_for_one_and_saving_again_does_not(files, document, monkeypatch, tmp_path):
    choose(monkeypatch, tmp_path / "mine.cnn")
    assert files.save() and document.file.path == tmp_path / "mine.cnn" and files.title == "mine"
    choose(monkeypatch, tmp_path / "other.cnn")
    document.insert(1, "tanh")
    assert files.save()
    assert open_project(tmp_path / "mine.cnn").architecture == document.architecture
    assert not (tmp_path / "other.cnn").exists() and not document.file.modified


def test_that_save_as_leaves_the_first_file_and_goes_on_with_the_second(files, document, monkeypatch, tmp_path):
    choose(monkeypatch, tmp_path / "first.cnn")
    files.save()
    before = (tmp_path / "first.cnn").read_bytes()
    document.insert(1, "tanh")
    choose(monkeypatch, tmp_path / "second.cnn")
    assert files.save_as()
    assert document.file.path == tmp_path / "second.cnn" and (tmp_path / "first.cnn").read_bytes() == before


def test_that_a_cancelled_save_dialog_saves_nothing(files, document, monkeypatch):
    document.insert(1, "tanh")
    before = state_of(document)
    choose(monkeypatch, "")
    assert not files.save() and not files.save_as()
    assert state_of(document) == before and files.said == []


@pytest.mark.parametrize(
    ("typed", "saved"),
    [("mine", "mine.cnn"), ("rate 0.01", "rate 0.01.cnn"), ("net.cnn", "net.cnn"), ("NET.CNN", "NET.CNN")],
)
def test_that_a_project_always_gets_the_suffix_that_the_open_dialog_looks_for(
    files, document, monkeypatch, tmp_path, typed, saved
):
    choose(monkeypatch, tmp_path / typed)
    assert files.save_as()
    assert [path.name for path in tmp_path.glob("*[nN]")] == [saved] and document.file.path.name == saved


@pytest.mark.parametrize(("answer", "replaced"), [(YES, True), (NO, False)], ids=["yes", "no"])
def test_that_a_file_that_only_the_suffix_hits_is_not_replaced_without_a_question(
    files, qtbot, monkeypatch, tmp_path, answer, replaced
):
    (tmp_path / "mine.cnn").write_text("somebody's work")
    choose(monkeypatch, tmp_path / "mine")
    with answering(qtbot, answer) as asked:
        assert files.save_as() is replaced
    assert "mine.cnn already exists" in asked[0]
    assert (tmp_path / "mine.cnn").read_bytes().startswith(b"PK") is replaced


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_that_a_folder_that_cannot_be_written_to_is_told(files, document, monkeypatch, tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    choose(monkeypatch, closed / "mine.cnn")
    assert not files.save_as() and "Permission denied" in files.said[0]


def test_that_saving_where_nothing_can_be_written_says_so_and_keeps_everything(files, document, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    document.insert(1, "tanh")
    before = state_of(document)
    choose(monkeypatch, tmp_path / "file" / "mine.cnn")
    assert not files.save()
    assert state_of(document) == before
    assert files.said[0].startswith(str(tmp_path / "file" / "mine.cnn")) and files.said[0].endswith(".")
    choose(monkeypatch, tmp_path / "mine.cnn")
    assert files.save()


def test_that_a_project_cannot_take_the_place_of_a_folder(files, document, monkeypatch, tmp_path):
    (tmp_path / "mine.cnn").mkdir()
    choose(monkeypatch, tmp_path / "mine.cnn")
    assert not files.save_as() and "not an ordinary file" in files.said[0]


def test_that_a_full_disk_is_told_and_leaves_the_old_file_whole(files, document, monkeypatch, tmp_path):
    choose(monkeypatch, tmp_path / "mine.cnn")
    files.save()
    before = (tmp_path / "mine.cnn").read_bytes()
    document.insert(1, "tanh")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert not files.save() and "No space left on device" in files.said[0]
    assert (tmp_path / "mine.cnn").read_bytes() == before and document.file.modified


def test_that_trained_weights_survive_saving_while_the_chain_cannot_work(files, document, monkeypatch, tmp_path):
    document.set_weights(np.arange(document.model.parameters.flat.size, dtype=np.float32))
    trained, whole = document.model.parameters.flat.copy(), document.architecture
    conv = document.architecture.layers[0]
    document.remove(whole.layers[3].uid)  # Flatten: Dense cannot take what comes now
    document.configure(conv.uid, replace(conv.config, kernel_size=(9, 9)))
    choose(monkeypatch, tmp_path / "broken.cnn")
    assert document.model is None and files.save()
    document.reset_weights()
    assert files.open_path(tmp_path / "broken.cnn")
    document.configure(conv.uid, conv.config)
    document.insert(3, "flatten")
    np.testing.assert_array_equal(document.model.parameters.flat, trained)


def test_that_a_file_saved_while_the_chain_cannot_work_opens_though_its_weights_are_of_another_shape(
    files, document, monkeypatch, tmp_path
):
    conv = document.architecture.layers[0]
    document.remove(document.architecture.layers[3].uid)
    document.configure(conv.uid, Conv2DConfig(filters=3, kernel_size=5))
    choose(monkeypatch, tmp_path / "broken.cnn")
    assert document.model is None and files.save()
    assert files.open_path(tmp_path / "broken.cnn") and files.said == []


# Opening.


def test_that_a_cancelled_open_dialog_changes_nothing(files, document, monkeypatch):
    before = state_of(document)
    choose(monkeypatch, "")
    files.open()
    assert state_of(document) == before


def test_that_new_begins_an_empty_project_on_the_bundled_digits(files, document, qtbot):
    with qtbot.waitSignal(files.opened):
        files.new()
    assert not document.architecture.layers and document.file.path is None and not document.file.modified
    assert document.data.source == "bundled" and document.data.input_shape == (1, 28, 28)
    assert len(document.data.class_names) == 10


def broken(path: Path, how: str) -> Path:
    """Spoil the project at *path*."""
    content = path.read_bytes()
    if how == "cut off":
        path.write_bytes(content[: len(content) // 2])
    elif how == "empty":
        path.write_bytes(b"")
    elif how == "no project":
        path.write_bytes(archives.packed({"x_train.npy": np.zeros(3)}))
    elif how == "missing":
        path.unlink()
    elif how == "a folder":
        path.unlink()
        path.mkdir()
    else:
        entries = archives.unpacked(content)
        values = json.loads(entries["project.json"])
        values["version"] = 999
        path.write_bytes(archives.packed(entries | {"project.json": json.dumps(values).encode()}))
    return path


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ("cut off", "is cut off or damaged"),
        ("empty", "is empty"),
        ("no project", "has no project.json"),
        ("newer", "999"),
        ("missing", "No such file"),
        ("a folder", "Is a directory"),
    ],
)
def test_that_a_file_that_cannot_be_opened_is_told_and_leaves_the_project_untouched(
    files, document, monkeypatch, tmp_path, how, sentence
):
    choose(monkeypatch, tmp_path / "bad.cnn")
    files.save()
    document.file.path = None
    document.insert(1, "tanh")
    document.select(document.architecture.layers[2].uid)
    before = state_of(document)
    assert not files.open_path(broken(tmp_path / "bad.cnn", how))
    assert state_of(document) == before
    assert "bad.cnn" in files.said[0] and sentence in files.said[0] and files.said[0].endswith(".")


def test_that_an_untitled_project_asks_for_a_file_when_it_is_saved(files, document, monkeypatch, tmp_path):
    choose(monkeypatch, tmp_path / "shipped.cnn")
    files.save()
    shipped = (tmp_path / "shipped.cnn").read_bytes()
    files.open_path(tmp_path / "shipped.cnn", untitled=True)
    assert files.title == "Untitled" and not document.file.modified
    document.insert(0, "tanh")
    choose(monkeypatch, tmp_path / "mine.cnn")
    assert files.save()
    assert (tmp_path / "mine.cnn").exists() and (tmp_path / "shipped.cnn").read_bytes() == shipped


# The question about unsaved changes.


def test_that_nothing_is_asked_where_nothing_was_changed(files, document):
    assert files.may_discard()


@pytest.mark.parametrize("command", ["new", "open"])
def test_that_cancel_keeps_everything(files, document, qtbot, monkeypatch, tmp_path, command):
    choose(monkeypatch, tmp_path / "never.cnn")
    document.insert(1, "tanh")
    before = state_of(document)
    with answering(qtbot, CANCEL) as asked:
        getattr(files, command)()
    assert asked == ["Save the changes to Untitled?"]
    assert state_of(document) == before and files.said == []


def test_that_discard_goes_on_and_saves_nothing(files, document, qtbot, tmp_path):
    document.file.path = tmp_path / "mine.cnn"
    document.insert(1, "tanh")
    with answering(qtbot, DISCARD) as asked:
        files.new()
    assert asked == ["Save the changes to mine?"]
    assert not document.architecture.layers and not (tmp_path / "mine.cnn").exists()


def test_that_save_saves_first_and_then_goes_on(files, document, qtbot, tmp_path):
    document.file.path = tmp_path / "mine.cnn"
    document.insert(1, "tanh")
    wanted = document.architecture
    with answering(qtbot, SAVE):
        files.new()
    assert not document.architecture.layers
    assert open_project(tmp_path / "mine.cnn").architecture == wanted


@pytest.mark.parametrize("place", ["", "file/mine.cnn"], ids=["cancelled dialog", "impossible place"])
def test_that_a_save_that_fails_keeps_everything(files, document, qtbot, monkeypatch, tmp_path, place):
    (tmp_path / "file").touch()
    choose(monkeypatch, place and tmp_path / place)
    document.insert(1, "tanh")
    before = state_of(document)
    with answering(qtbot, SAVE):
        files.new()
    assert state_of(document) == before and len(files.said) == bool(place)


def test_that_the_title_names_the_project_and_marks_it_while_it_is_modified(window, document, tmp_path):
    assert window.windowTitle() == "tiny[*]" and not window.isWindowModified()
    window.document.insert(0, "tanh")
    assert window.isWindowModified()
    window.document.undo_stack.undo()
    assert not window.isWindowModified()
    window.document.file.path = tmp_path / "other.cnn"
    assert window.files.save()
    assert window.windowTitle() == "other[*]"
    window.files.new()
    assert window.windowTitle() == "Untitled[*]" and not window.isWindowModified()


# During a run.


def train(window: MainWindow, qtbot) -> None:
    window.controller.start()
    qtbot.waitUntil(lambda: window.document.file.modified and window.document.history.steps > 20)


def test_that_saving_during_a_run_leaves_the_run_alone_and_the_file_whole(window, qtbot, tmp_path):
    train(window, qtbot)
    for _ in range(5):
        assert window.files.save() and not window.document.file.modified
        saved = open_project(tmp_path / "tiny.cnn")
        assert saved.weights.keys() == {s.uid for s in saved.architecture.layers if s.type.name in ("conv2d", "dense")}
        assert 0 < saved.history.steps <= window.document.history.steps
    assert window.controller.state is State.RUNNING
    qtbot.waitUntil(lambda: window.document.file.modified)  # the run goes on, so there is more to save


def test_that_cancel_leaves_a_run_alone(window, qtbot):
    train(window, qtbot)
    with answering(qtbot, CANCEL) as asked:
        window.files.new()
    assert "training run will be stopped" in asked[0] and "tiny" in asked[0]
    assert window.controller.state is State.RUNNING and window.document.architecture.layers


def test_that_a_run_is_asked_about_from_its_very_start(window, qtbot):
    window.controller.start()
    assert not window.document.file.modified
    with answering(qtbot, CANCEL) as asked:
        window.files.new()
    assert "training run will be stopped" in asked[0]


@pytest.mark.parametrize("held", [False, True], ids=["running", "paused"])
def test_that_another_project_ends_the_run_and_gets_none_of_its_weights(window, qtbot, tmp_path, held):
    document = window.document
    weights = document.model.parameters.flat.copy()
    train(window, qtbot)
    if held:
        window.controller.pause()
    assert window.files.open_path(tmp_path / "tiny.cnn")
    assert window.controller.state is State.IDLE and not window.controller.busy and not document.locked
    qtbot.waitUntil(lambda: document.data.dataset is not None)
    qtbot.wait(150)
    np.testing.assert_array_equal(document.model.parameters.flat, weights)
    assert document.history.steps == 0 and not document.file.modified


def test_that_save_keeps_what_the_run_learned_up_to_its_very_last_step(window, qtbot, tmp_path):
    document = window.document
    before = document.project()
    alone = trained_model(before.architecture, before.input_shape, before.weights)
    steps = Trainer(alone, document.data.dataset, document.settings).run()
    train(window, qtbot)
    with answering(qtbot, SAVE):
        window.files.new()
    saved = open_project(tmp_path / "tiny.cnn")
    for _ in range(saved.history.steps):
        while not isinstance(next(steps), StepResult):
            pass
    again = trained_model(saved.architecture, saved.input_shape, saved.weights)
    np.testing.assert_array_equal(again.parameters.flat, alone.parameters.flat)
    assert window.controller.state is State.IDLE and not document.architecture.layers


def test_that_a_file_that_cannot_be_opened_leaves_the_run_alone(window, qtbot, tmp_path):
    train(window, qtbot)
    assert not window.files.open_path(tmp_path / "missing.cnn")
    assert "missing.cnn" in told(qtbot)
    steps = window.document.history.steps
    assert window.controller.state is State.RUNNING
    qtbot.waitUntil(lambda: window.document.history.steps > steps)


def test_that_a_run_whose_last_step_takes_too_long_is_not_torn_off(files, document, qtbot, tmp_path):
    stuck = ProjectFiles(document, lambda: False, files.parent())
    said = []
    stuck.failed.connect(lambda title, text: said.append(text))
    before = state_of(document)
    stuck.new()
    assert state_of(document) == before and "last step" in said[0]


# Data that is not where it was.


def test_that_a_project_whose_data_is_missing_opens_with_the_reason_shown_and_with_its_weights(window, qtbot, tmp_path):
    weights = window.document.model.parameters.flat.copy()
    (tmp_path / "bands.npz").unlink()
    assert window.files.open_path(tmp_path / "tiny.cnn")
    assert "bands.npz: No such file" in told(qtbot)
    np.testing.assert_array_equal(window.document.model.parameters.flat, weights)
    assert "bands.npz: No such file" in window.run_bar.status.text()
    assert not window.run_bar.play_button.isEnabled() and not window.document.file.modified
    assert "bands.npz" in window.data_chooser.text() and "No such file" in window.data_chooser.toolTip()


def test_that_other_data_mends_a_project_whose_data_is_missing(window, qtbot, tmp_path):
    (tmp_path / "bands.npz").rename(tmp_path / "moved.npz")
    window.files.open_path(tmp_path / "tiny.cnn")
    told(qtbot)
    window.data_chooser.requested.emit(str(tmp_path / "moved.npz"))
    qtbot.waitUntil(window.run_bar.play_button.isEnabled)
    assert window.document.data.source == str(tmp_path / "moved.npz") and window.document.file.modified


# Data with other classes.


def four_classes(folder: Path) -> str:
    return str(write_data(folder / "four.npz", tiny.dataset(classes=4)))


def test_that_data_with_other_classes_begins_an_untitled_project_with_the_same_layers(window, qtbot, tmp_path):
    document, before = window.document, (tmp_path / "tiny.cnn").read_bytes()
    layers = document.architecture
    window.data_chooser.requested.emit(four_classes(tmp_path))
    qtbot.waitUntil(lambda: not document.data.awaited)
    assert len(document.data.class_names) == 4 and document.architecture == layers
    assert document.file.path is None and document.file.modified and window.windowTitle() == "Untitled[*]"
    assert (tmp_path / "tiny.cnn").read_bytes() == before


def test_that_unsaved_work_is_asked_about_before_data_with_other_classes_comes(window, qtbot, tmp_path):
    document, path = window.document, window.document.file.path
    document.insert(1, "tanh")
    for answer, classes in ((CANCEL, 2), (SAVE, 4)):
        with answering(qtbot, answer) as asked:
            window.data_chooser.requested.emit(four_classes(tmp_path))
            qtbot.waitUntil(lambda: not document.data.awaited)
        assert asked == ["Save the changes to tiny?"]
        assert len(document.data.class_names) == classes and (document.file.path is None) == (answer == SAVE)
    assert len(open_project(path).class_names) == 2 and len(open_project(path).architecture.layers) == 7


def test_that_data_with_the_same_classes_stays_in_its_project(window, qtbot, tmp_path):
    window.data_chooser.requested.emit(str(write_data(tmp_path / "more.npz", tiny.dataset(seed=3))))
    qtbot.waitUntil(lambda: not window.document.data.awaited)
    assert window.document.file.path == tmp_path / "tiny.cnn" and window.document.file.modified


def test_that_a_project_whose_own_data_has_another_number_of_classes_now_is_untitled(window, qtbot, tmp_path):
    write_data(tmp_path / "bands.npz", tiny.dataset(classes=4))
    before = (tmp_path / "tiny.cnn").read_bytes()
    assert window.files.open_path(tmp_path / "tiny.cnn")
    qtbot.waitUntil(lambda: not window.document.data.awaited)
    assert window.document.file.path is None and window.windowTitle() == "Untitled[*]"
    assert "other classes" in window.statusBar().currentMessage()
    assert (tmp_path / "tiny.cnn").read_bytes() == before


def test_that_a_cancel_keeps_the_reason_why_there_is_no_data(window, qtbot, tmp_path):
    (tmp_path / "bands.npz").unlink()
    assert window.files.open_path(tmp_path / "tiny.cnn")
    told(qtbot)
    window.document.insert(1, "tanh")
    with answering(qtbot, CANCEL):
        window.data_chooser.requested.emit(four_classes(tmp_path))
        qtbot.waitUntil(lambda: not window.document.data.awaited)
    assert window.document.data.dataset is None and "bands.npz" in window.run_bar.status.text()


def test_that_an_untitled_network_that_was_never_trained_is_not_asked_about(window, qtbot, tmp_path):
    window.document.file.mark_saved(None)
    window.document.insert(1, "tanh")
    window.data_chooser.requested.emit(four_classes(tmp_path))
    qtbot.waitUntil(lambda: not window.document.data.awaited)
    assert len(window.document.data.class_names) == 4


# Files that take long to read.


def slow(begun: list[str], pieces: int) -> Callable[[Path], Project]:
    """Return what reads a project in so many pieces of 10 ms each."""

    def read(path: Path) -> Project:
        for _ in range(pieces):
            begun.append(threading.current_thread().name)
            reading.advance(1000)
            time.sleep(0.01)
        return open_project(path)

    return read


def test_that_a_project_is_read_beside_the_window_which_shows_how_far_it_is(window, qtbot, monkeypatch, tmp_path):
    begun, turns = [], []
    monkeypatch.setattr(project_files, "open_project", slow(begun, 60))
    ticks = QTimer(interval=20, timeout=lambda: turns.append(QApplication.activeModalWidget()))
    ticks.start()
    assert window.files.open_path(tmp_path / "tiny.cnn")
    ticks.stop()
    seen = [each for each in turns if isinstance(each, QProgressDialog)]
    assert set(begun) == {"reading"} and len(seen) > 5, "the window had its turns, and said what it waits for"
    qtbot.waitUntil(lambda: not window.document.data.awaited, timeout=10_000)


def test_that_reading_a_project_can_be_cancelled(window, qtbot, monkeypatch, tmp_path):
    begun: list[str] = []
    before = state_of(window.document)
    monkeypatch.setattr(project_files, "open_project", slow(begun, 10_000))

    def click() -> None:
        for dialog in window.findChildren(QProgressDialog):
            dialog.findChild(QPushButton).click()

    cancel = QTimer(interval=20, timeout=click)
    cancel.start()
    assert not window.files.open_path(tmp_path / "tiny.cnn")
    cancel.stop()
    files_read.finish()
    assert len(begun) < 1000 and state_of(window.document) == before
    assert window.findChild(QMessageBox) is None, "who cancels needs no explanation"


def test_that_what_ends_the_application_ends_the_reading(window, qtbot, monkeypatch, tmp_path):
    begun: list[str] = []
    monkeypatch.setattr(project_files, "open_project", slow(begun, 10_000))
    QTimer.singleShot(600, window.files.give_up)
    assert not window.files.open_path(tmp_path / "tiny.cnn")
    files_read.finish()
    assert len(begun) < 1000


def test_that_one_project_at_a_time_is_opened(window, qtbot, monkeypatch, tmp_path):
    begun, second = [], []
    monkeypatch.setattr(project_files, "open_project", slow(begun, 60))
    QTimer.singleShot(450, lambda: second.append(window.files.open_path(tmp_path / "tiny.cnn")))
    assert window.files.open_path(tmp_path / "tiny.cnn") and second == [False]
    qtbot.waitUntil(lambda: not window.document.data.awaited, timeout=10_000)
