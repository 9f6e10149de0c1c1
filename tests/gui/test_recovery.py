"""A signal that ends the application keeps what is not saved, and the next start offers it."""

import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMessageBox

from cnn_gui import app, recovery
from cnn_gui.main_window import MainWindow
from engine.files.project import Project, open_project
from tests.helpers.window import open_tiny_window, show_window

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot send a signal to one process")


@pytest.fixture(autouse=True)
def kept_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture
def window(qtbot, tmp_path: Path) -> Iterator[MainWindow]:
    yield from open_tiny_window(qtbot, tmp_path)


@pytest.fixture
def same_name(qapp: QApplication) -> Iterator[None]:
    """Let this process look where the application that it starts keeps its files."""
    names = qapp.organizationName(), qapp.applicationName()
    qapp.setOrganizationName("cnn-gui")
    qapp.setApplicationName("cnn-gui")
    yield
    qapp.setOrganizationName(names[0])
    qapp.setApplicationName(names[1])


def edit(window: MainWindow) -> None:
    window.document.insert(0, "relu")
    assert window.document.file.modified


def question(qtbot) -> QMessageBox:
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), QMessageBox), timeout=5000)
    box = QApplication.activeModalWidget()
    assert isinstance(box, QMessageBox)
    return box


def answer(qtbot, button: QMessageBox.StandardButton) -> str:
    """Click *button* in the question that is asked at the start, and return its text."""
    box = question(qtbot)
    text = box.text()
    qtbot.mouseClick(box.button(button), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is not box)
    return text


def project_of(window: MainWindow) -> Project:
    return window.document.project()


# the real program

SCRIPT = """
import sys
from dataclasses import replace
from pathlib import Path
from PySide6.QtCore import QTimer
from cnn_gui import app as application

app, window = application.start(["cnn-gui", *sys.argv[2:]])

def begin():
    document = window.document
    if sys.argv[1] == "run":
        document.set_settings(replace(document.settings, epochs=10_000))
        window.controller.start()
        timer.timeout.connect(lambda: document.history.steps > 20 and ready())
        timer.start(20)
    elif sys.argv[1] == "edit":
        document.insert(1, "relu")
        ready()
    else:
        ready()

def ready():
    timer.stop()
    print("ready", flush=True)

timer = QTimer()
window.loader.loaded.connect(lambda *_: QTimer.singleShot(0, begin))
QTimer.singleShot(40_000, lambda: app.exit(1))  # else a test that goes wrong would wait for ever
sys.exit(app.exec())
"""


def ended_by(number: int, what: str, *arguments: str) -> tuple[int, str]:
    """Start the application, let it do something, send it a signal; return its exit code and what it says."""
    command, pipe = [sys.executable, "-c", SCRIPT, what, *arguments], subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as program:
        assert program.stdout is not None and program.stdout.readline() == "ready\n"
        program.send_signal(number)
        _, err = program.communicate(timeout=60)
    lines = [line for line in err.splitlines() if line.startswith("cnn-gui: ") or "Traceback" in line]
    return program.returncode, "\n".join(lines)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_that_a_signal_keeps_an_edit_and_ends_the_application_without_a_question(same_name, number: int) -> None:
    code, said = ended_by(number, "edit")
    (kept,) = recovery.left()
    assert code == 128 + number
    assert said == (
        f"cnn-gui: The unsaved changes to Untitled were kept in {kept.file}; they are offered at the next start."
    )
    assert kept.origin is None and open_project(kept.file).architecture.layers[1].type.name == "relu"


def test_that_a_signal_in_a_run_keeps_what_it_learned(same_name) -> None:
    code, said = ended_by(signal.SIGTERM, "run")
    (kept,) = recovery.left()
    assert code == 143 and said.count("\n") == 0 and str(kept.file) in said
    project = open_project(kept.file)
    assert project.history.steps > 20 and project.weights


def test_that_nothing_is_kept_where_nothing_is_lost(same_name) -> None:
    assert ended_by(signal.SIGTERM, "nothing") == (143, "")
    assert recovery.left() == []


# the next start


def test_that_what_was_kept_is_offered_opens_with_its_weights_and_saves_to_its_own_file(
    window: MainWindow, qtbot, tmp_path: Path
) -> None:
    edit(window)
    window.document.set_weights(window.document.model.parameters.flat + np.float32(1))
    before = project_of(window)
    window.recovery.keep()
    (kept,) = recovery.left()
    later = show_window(qtbot)
    app.open_first(later, [])
    text = answer(qtbot, QMessageBox.StandardButton.Open)
    assert text.startswith("tiny has changes that were kept when the application was ended, on ")
    assert later.windowTitle() == "tiny[*]" and later.isWindowModified()
    after = project_of(later)
    assert after.architecture == before.architecture
    for uid, arrays in before.weights.items():
        for name, values in arrays.items():
            np.testing.assert_array_equal(after.weights[uid][name], values)
    assert "Save it" in later.statusBar().currentMessage()
    assert recovery.left() == [kept]  # for the case that this ends unasked, too
    assert later.files.save()
    assert recovery.left() == []
    assert open_project(tmp_path / "tiny.cnn").architecture == before.architecture
    qtbot.waitUntil(lambda: not later.document.data.awaited)


def test_that_later_asks_again_and_discard_does_not(window: MainWindow, qtbot) -> None:
    edit(window)
    window.recovery.keep()
    later = show_window(qtbot)
    for button, left in ((QMessageBox.StandardButton.Cancel, 1), (QMessageBox.StandardButton.Discard, 0)):
        later.recovery.offer()
        answer(qtbot, button)
        assert len(recovery.left()) == left
    later.recovery.offer()
    assert QApplication.activeModalWidget() is None


def test_that_several_are_offered_one_after_the_other_the_newest_first(window: MainWindow, qtbot) -> None:
    for seed in (1, 2, 3):
        window.document.set_settings(replace(window.document.settings, seed=seed))
        window.recovery.keep()
        os.utime(recovery.left()[0].file, (seed, seed))
    later = show_window(qtbot)
    later.recovery.offer()
    assert "2 other projects kept before will be offered next." in answer(qtbot, QMessageBox.StandardButton.Discard)
    assert "1 other project kept" in answer(qtbot, QMessageBox.StandardButton.Open)
    assert later.document.settings.seed == 2
    qtbot.waitUntil(lambda: not later.document.data.awaited)


def test_that_a_signal_keeps_what_was_opened_from_there_anew_and_once(window: MainWindow, qtbot) -> None:
    edit(window)
    window.recovery.keep()
    (first,) = recovery.left()
    window.recovery.offer()
    window.files.may_discard = lambda: True
    answer(qtbot, QMessageBox.StandardButton.Open)
    window.recovery.keep()
    (second,) = recovery.left()
    assert second.file != first.file and second.origin == first.origin
    qtbot.waitUntil(lambda: not window.document.data.awaited)


def test_that_a_file_that_was_saved_to_since_is_not_replaced_unseen(window: MainWindow, qtbot, tmp_path: Path) -> None:
    edit(window)
    window.recovery.keep()
    later = recovery.left()[0].when.timestamp() + 60
    os.utime(tmp_path / "tiny.cnn", (later, later))
    window.recovery.offer()
    window.files.may_discard = lambda: True
    answer(qtbot, QMessageBox.StandardButton.Open)
    assert window.document.file.path is None and window.document.file.modified
    qtbot.waitUntil(lambda: not window.document.data.awaited)


def test_that_a_pipe_in_the_place_of_a_note_is_not_waited_for(window: MainWindow) -> None:
    edit(window)
    window.recovery.keep()
    (kept,) = recovery.left()
    kept.file.with_suffix(recovery.NOTE).unlink()
    os.mkfifo(kept.file.with_suffix(recovery.NOTE))
    found: list[recovery.Kept] = []
    looking = threading.Thread(target=lambda: found.extend(recovery.left()), daemon=True)
    looking.start()
    looking.join(5)
    assert [each.origin for each in found] == [None]


def test_that_a_damaged_one_is_told_and_stays(window: MainWindow, qtbot) -> None:
    edit(window)
    window.recovery.keep()
    (kept,) = recovery.left()
    kept.file.write_bytes(b"PK")
    window.files.may_discard = lambda: True
    window.recovery.offer()
    answer(qtbot, QMessageBox.StandardButton.Open)
    assert kept.file.name in question(qtbot).text()
    question(qtbot).close()
    assert len(recovery.left()) == 1


def test_that_a_folder_that_cannot_be_written_is_told_and_the_application_ends(
    window: MainWindow, qtbot, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    edit(window)
    codes: list[int] = []
    monkeypatch.setattr(recovery, "save", full)
    monkeypatch.setattr("cnn_gui.main_window.QCoreApplication.exit", codes.append)
    window.end_unasked(signal.SIGTERM)
    assert codes == [143]
    assert "unsaved changes to tiny are lost: " in capsys.readouterr().err
    assert not window.isVisible()


def test_that_nobody_else_reads_what_is_kept_and_its_number_is_bounded(window: MainWindow) -> None:
    edit(window)
    for _ in range(recovery.MOST_KEPT + 3):
        window.recovery.keep()
    assert stat.S_IMODE(recovery.folder().stat().st_mode) == 0o700
    assert len(recovery.left()) == recovery.MOST_KEPT
    assert len(list(recovery.folder().iterdir())) == 2 * recovery.MOST_KEPT


@pytest.mark.parametrize("note", [b"", b"[]", b'{"origin": 3}', b'{"origin": "here.cnn"}', b"[" * 100_000])
def test_that_a_note_that_says_nothing_makes_an_untitled_project(window: MainWindow, note: bytes) -> None:
    edit(window)
    window.recovery.keep()
    (kept,) = recovery.left()
    kept.file.with_suffix(".json").write_bytes(note)
    assert recovery.left()[0].origin is None


def test_that_a_project_name_is_plain_text(window: MainWindow, qtbot, tmp_path: Path) -> None:
    window.document.file.path = tmp_path / "<b>&a.cnn"
    edit(window)
    window.recovery.keep()
    window.recovery.offer()
    box = question(qtbot)
    assert box.textFormat() == Qt.TextFormat.PlainText and box.text().startswith("<b>&a has changes")
    box.close()
