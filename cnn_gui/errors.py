"""What becomes of an error that nobody caught: the log keeps it, one dialog tells it, the application goes on.

Exceptions in slots, timers, paint events and worker threads all arrive here, since PySide6 hands them to
``sys.excepthook`` and returns to its loop. So do Qt's own messages, for the log alone.
"""

import logging
import logging.handlers
import os
import stat
import sys
import tempfile
import threading
import traceback
from dataclasses import dataclass
from functools import cache
from io import TextIOWrapper
from pathlib import Path
from types import TracebackType

import shiboken6
from PySide6.QtCore import (
    QCoreApplication,
    QMessageLogContext,
    QObject,
    QStandardPaths,
    Qt,
    QtMsgType,
    Signal,
    Slot,
    qInstallMessageHandler,
)
from PySide6.QtWidgets import QApplication

from cnn_gui import interrupts
from cnn_gui.error_dialog import ErrorDialog

LOG_NAME, LOG_BYTES, LOG_FILES = "cnn_gui.log", 1_000_000, 3
SUMMARY_LENGTH = 300  # characters; a message can hold a whole array

_log = logging.getLogger(__name__)
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


@dataclass(frozen=True, slots=True)
class ErrorReport:
    """One unexpected error, as it crosses to the GUI thread.

    ``summary`` is the error in a line, ``details`` the whole traceback, and ``place`` its type and the line
    that raised it: the same for every repetition.
    """

    summary: str
    details: str
    place: str


class ErrorReporter(QObject):
    """Logs what nobody caught and shows it, in one dialog at a time.

    Signals:
        error_reported(ErrorReport): emitted on whichever thread the error happened.

    Thread: lives on the GUI thread, which is Python's main thread; ``report`` may be called from any.
    """

    error_reported = Signal(object)

    def __init__(self, log_path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.log_path = log_path
        self._file = _LogFile(log_path, maxBytes=LOG_BYTES, backupCount=LOG_FILES - 1, encoding="utf-8", delay=True)
        self._file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        self._dialog: ErrorDialog | None = None
        self._hidden: set[str] = set()
        # Queued on the GUI thread too: no dialog opens in the middle of a paint event.
        self.error_reported.connect(self._on_error_reported, Qt.ConnectionType.QueuedConnection)

    def attach(self) -> None:
        """Take over from Python and Qt what nobody caught, and begin to log."""
        logging.getLogger().addHandler(self._file)
        self._before = sys.excepthook, threading.excepthook, qInstallMessageHandler(self._on_qt_message)
        sys.excepthook, threading.excepthook = self._on_exception, self._on_thread_exception

    @Slot()
    def detach(self) -> None:
        """Give Python and Qt back what they had before, and close the log."""
        sys.excepthook, threading.excepthook, message_handler = self._before
        qInstallMessageHandler(message_handler)
        logging.getLogger().removeHandler(self._file)
        self._file.close()

    def report(self, error: BaseException) -> None:
        """Log *error*, and have the GUI thread show it."""
        _log.error("Unexpected error on thread %s", threading.current_thread().name, exc_info=error)
        self.error_reported.emit(_describe(error))

    def _on_exception(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QCoreApplication.quit()
            return
        self.report(error)
        self._before[0](kind, error, trace)
        traceback.clear_frames(trace)  # else a painter would live on beyond its paint event, which Qt may not survive

    def _on_thread_exception(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
            self.report(args.exc_value)
        self._before[1](args)

    def _on_qt_message(self, kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
        logging.getLogger(f"qt.{context.category}").log(_LEVELS[kind], message)
        before = self._before[2]
        if before is not None:
            before(kind, context, message)
        else:
            print(message, file=sys.stderr)

    @Slot(object)
    def _on_error_reported(self, report: ErrorReport) -> None:
        if report.place in self._hidden:
            return
        dialog = self._dialog
        if dialog is not None and shiboken6.isValid(dialog) and dialog.isVisible():
            dialog.add(report.summary)
            return
        self._dialog = ErrorDialog(
            report.summary, report.details, self.log_path if self._file.written else None, QApplication.activeWindow()
        )
        self._dialog.hide_requested.connect(lambda: self._hidden.add(report.place))
        self._dialog.open()


class _LogFile(logging.handlers.RotatingFileHandler):
    """A log that knows whether it has what it was last given.

    Attributes:
        written: whether the last record is in the file.
    """

    written = False

    def _open(self) -> TextIOWrapper:
        """Open the file itself: nothing that a link of its name leads to, and no pipe, which could take for ever."""
        return open(self.baseFilename, "a", encoding=self.encoding, opener=_open_itself)

    def emit(self, record: logging.LogRecord) -> None:
        self.written = True
        super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:
        self.written = False  # e.g. the disk is full: the dialog says so, and standard error has the report


def install(app: QApplication) -> ErrorReporter:
    """Have every unexpected error logged and shown until *app* ends, and Ctrl+C end it quietly."""
    reporter = ErrorReporter(log_path(), app)
    reporter.attach()
    app.aboutToQuit.connect(reporter.detach)
    interrupts.listen(app)
    return reporter


def _open_itself(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0), 0o600)


def log_path() -> Path:
    """Return the path of the log, in the user's folder for such data.

    Where that is closed, or others can lay files or links there, it is in a private one.
    """
    folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppLocalDataLocation))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return _private_folder() / LOG_NAME
    own = os.access(folder, os.W_OK) and not any(map(_open_to_others, (folder, folder.parent)))
    return (folder if own else _private_folder()) / LOG_NAME


def _open_to_others(folder: Path) -> bool:
    """Tell whether somebody else can lay files in *folder*, as in one that all share."""
    if sys.platform == "win32":  # where each user's own folder is closed to others
        return False
    state = folder.stat()
    return bool(state.st_mode & stat.S_IWOTH) or state.st_uid != os.getuid()


@cache
def _private_folder() -> Path:
    """Return a temporary folder, the same until the end, that nobody else can know or write to.

    In one that all share, somebody could have laid a link of the log's name that leads to another file.
    """
    return Path(tempfile.mkdtemp(prefix="cnn-gui-"))


def _describe(error: BaseException) -> ErrorReport:
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    summary = traceback.format_exception_only(error)[-1].strip()[:SUMMARY_LENGTH]
    details = "".join(traceback.format_exception(error))
    return ErrorReport(summary, details, f"{type(error).__name__} {where}")
