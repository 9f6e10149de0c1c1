"""What every test gets: no screen, no trace in the user's own folders, and a check that no Qt work is left behind."""

import gc
import os
import shutil
import sys
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before anything imports Qt

SCREEN_PROGRAMS = ("Xvfb", "xdotool")

# A shared machine makes any deadline flaky; CI repeats the same examples, so that a red run can be repeated.
hypothesis.settings.register_profile("local", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "local")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="also run the tests marked slow or screen")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    missing = [name for name in SCREEN_PROGRAMS if shutil.which(name) is None]
    for item in items:
        marks = {mark.name for mark in item.iter_markers()}
        if marks & {"slow", "screen"} and not config.getoption("--slow"):
            item.add_marker(pytest.mark.skip(reason="slow: run with --slow"))
        elif "screen" in marks and missing:
            item.add_marker(pytest.mark.skip(reason=f"needs a virtual screen: {', '.join(missing)}"))


@pytest.fixture(scope="session", autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Send settings, logs and downloads, of this process and of those it starts, to a temporary folder."""
    folder = tmp_path_factory.mktemp("user")
    with pytest.MonkeyPatch.context() as patch:
        for kind in ("CONFIG", "DATA", "CACHE", "STATE"):
            patch.setenv(f"XDG_{kind}_HOME", str(folder / kind.lower()))
        yield folder


@pytest.fixture(autouse=True)
def clean_qt(request: pytest.FixtureRequest) -> Iterator[None]:
    """Give a test that uses Qt empty settings, and fail it if it leaves a thread, a timer or a job running."""
    if {"qapp", "qtbot"}.isdisjoint(request.fixturenames):  # the others do not pay for Qt
        yield
        return
    _empty_settings(request.getfixturevalue("tmp_path"))
    with pytest.MonkeyPatch.context() as patch:
        started = record_starts(patch)
        yield
        left = still_running(started)
        collect_orphans()
    if left:
        pytest.fail(f"left running: {', '.join(left)}", pytrace=False)


def _empty_settings(folder: Path) -> None:
    from PySide6.QtCore import QSettings, QStandardPaths

    QStandardPaths.setTestModeEnabled(sys.platform != "linux")  # Linux has the XDG variables
    for form in (QSettings.Format.NativeFormat, QSettings.Format.IniFormat):
        QSettings.setPath(form, QSettings.Scope.UserScope, str(folder / "settings"))


def record_starts(patch: pytest.MonkeyPatch) -> "weakref.WeakSet[Any]":
    """Return a set that fills with each QTimer and QThread that Python starts from now on."""
    from PySide6.QtCore import QThread, QTimer

    started: weakref.WeakSet[Any] = weakref.WeakSet()
    for kind in (QThread, QTimer):
        original = kind.start

        def start(self: Any, *args: Any, original: Any = original) -> None:
            started.add(self)
            original(self, *args)

        patch.setattr(kind, "start", start)
    return started


def still_running(started: "weakref.WeakSet[Any]") -> list[str]:
    """Describe what is running once deleted and unreachable objects are gone, and stop it for the next test."""
    from PySide6.QtCore import QCoreApplication, QEvent, QThreadPool

    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    if any(map(_is_running, started)):
        gc.collect()
    left = [_stop(each) for each in started if _is_running(each)]
    return left if QThreadPool.globalInstance().waitForDone(2000) else [*left, "a job of the global QThreadPool"]


def collect_orphans() -> None:
    """Let the garbage collector have the widgets that nobody holds, e.g. the menus of a plot, on this thread.

    Else the training thread of a later test may be the one that deletes them, and the process crashes.
    """
    from PySide6.QtWidgets import QApplication

    if QApplication.topLevelWidgets():
        gc.collect()


def _is_running(started: Any) -> bool:
    import shiboken6
    from PySide6.QtCore import QThread

    if not shiboken6.isValid(started):
        return False
    return bool(started.isRunning() if isinstance(started, QThread) else started.isActive())


def _stop(started: Any) -> str:
    from PySide6.QtCore import QThread

    owner = type(started.parent()).__name__ if started.parent() else "nobody"
    if isinstance(started, QThread):
        started.quit()
        started.wait(2000)
        return f"a QThread of {owner}"
    started.stop()
    return f"a QTimer of {owner} (every {started.interval()} ms)"
