"""The menu bar and the tool bar of the window."""

import platform
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import PySide6
from PySide6.QtCore import QCoreApplication, QSize, Qt, QUrl, qVersion
from PySide6.QtGui import QAction, QActionGroup, QDesktopServices
from PySide6.QtWidgets import QMenu, QToolBar, QToolButton

from cnn_gui import command_table, errors, glossary, popup, settings, theme
from cnn_gui.available import obstacle, set_obstacle
from cnn_gui.editable_design import open_run
from cnn_gui.plots.ranges import Scale
from cnn_gui.training.controller import State
from cnn_gui.window import actions, keys, preset_menu

if TYPE_CHECKING:
    from cnn_gui.main_window import MainWindow


def build(window: "MainWindow") -> None:
    """Give *window* its menus and its tool bar."""
    made = {name: actions.create(window, name, run) for name, run in _runs(window).items()}
    undo, redo = _undo_actions(window)
    bar = window.menuBar()
    _fill(bar.addMenu(window.tr("&File")), made, "new", "open", "save", "save_as", "", "quit")
    edit = bar.addMenu(window.tr("&Edit"))
    edit.addActions([undo, redo])
    _fill(edit, made, "", "delete")
    networks = bar.addMenu(window.tr("&Network"))
    preset_menu.fill(networks, window.files, window.document, window.about_line.tell)
    _fill(bar.addMenu(window.tr("&Train")), made, "play", "step", "stop", "reset", "", "race")
    view = bar.addMenu(window.tr("&View"))
    _fill(view, made, "why", "results", "", "side_panel", "full_screen", "")
    for name, state in (("side_panel", lambda: window.has_side_panel), ("full_screen", window.isFullScreen)):
        made[name].setCheckable(True)
        view.aboutToShow.connect(lambda name=name, state=state: made[name].setChecked(state()))
    _add_scales(window, view.addMenu(window.tr("Colour &range")))
    view.addSeparator()
    _add_text_sizes(window, view.addMenu(window.tr("Te&xt size")))
    view.addSeparator()
    _add_schemes(window, view)
    _fill(bar.addMenu(window.tr("&Help")), made, "glossary", "keys", "log", "about")
    _add_tool_bar(window, made, (undo, redo), networks)
    _add_corner(window, made["side_panel"])
    _tell_what_rests(window, made)


def _runs(window: "MainWindow") -> dict[str, Callable[[], object]]:
    """Return what each command of the menus does, by its name."""
    files, bar = window.files, window.run_bar
    return {
        "new": files.new, "open": files.open, "save": files.save, "save_as": files.save_as, "quit": window.close,
        "delete": lambda: window.document.remove(window.document.selected),
        "play": bar.play_or_pause, "step": bar.step_button.click, "stop": bar.stop_button.click,
        "reset": bar.reset_button.click, "race": window.compare_implementations,
        "why": window.lens.why_wanted.emit, "results": window.results_door.open,
        "side_panel": window.toggle_side_panel, "full_screen": window.toggle_full_screen,
        "glossary": lambda: _show_glossary(window), "keys": lambda: keys.show_list(window),
        "log": _open_log_folder, "about": lambda: _show_about(window),
    }  # fmt: skip


def _fill(menu: QMenu, made: dict[str, QAction], *names: str) -> None:
    """Add actions by name; '' adds a separator."""
    for name in names:
        menu.addAction(made[name]) if name else menu.addSeparator()


def _undo_actions(window: "MainWindow") -> tuple[QAction, QAction]:
    """Return undo and redo. They rest while a run goes on; a held one ends first, and is what is undone."""
    document, controller, stack = window.document, window.controller, window.document.undo_stack

    def run_undo() -> None:
        if controller.state is not State.PAUSED or controller.shut_down():
            document.undo()

    undo, redo = actions.create(window, "undo", run_undo), actions.create(window, "redo", document.redo)

    def show() -> None:
        held, able = controller.state is State.PAUSED, not document.locked
        running = "" if able else str(open_run())
        nothing = window.tr("There is nothing to undo."), window.tr("There is nothing to redo.")
        reasons = running or ("" if stack.canUndo() else nothing[0]), running or ("" if stack.canRedo() else nothing[1])
        undone, redone = window.tr("Undo {0}"), window.tr("Redo {0}")
        undone = undone.format(window.tr("training") if held else stack.undoText())
        for action, text in ((undo, undone), (redo, redone.format(stack.redoText()))):
            action.setText(text.rstrip())
            action.setToolTip(command_table.with_key(action.text().replace("&", ""), action.objectName()))
        set_obstacle(undo, "" if held else reasons[0])
        set_obstacle(redo, reasons[1])

    for signal in (document.undo_changed, document.lock_changed, controller.state_changed):
        signal.connect(lambda *_: show())
    show()
    return undo, redo


def _tell_what_rests(window: "MainWindow", made: dict[str, QAction]) -> None:
    """Let entries of the menus rest as their buttons do, with the same reason; menus show it in their tooltips."""
    document, bar, lens = window.document, window.run_bar, window.lens

    def follow_run() -> None:
        for name, button in (("step", bar.step_button), ("stop", bar.stop_button), ("reset", bar.reset_button)):
            set_obstacle(made[name], obstacle(button))
        set_obstacle(made["play"], obstacle(bar.play_button))

    def follow_selection() -> None:
        running = str(open_run()) if document.locked else ""
        set_obstacle(made["delete"], running or ("" if document.selected else window.tr("Select a layer first.")))

    bar.updated.connect(follow_run)
    lens.framed.connect(lambda _: set_obstacle(made["why"], obstacle(lens.why_button)))
    for signal in (document.selection_changed, document.lock_changed):
        signal.connect(lambda _: follow_selection())
    follow_run()
    follow_selection()
    for menu in window.menuBar().findChildren(QMenu):
        menu.setToolTipsVisible(True)


def _add_scales(window: "MainWindow", menu: QMenu) -> None:
    group, tr = QActionGroup(window), window.tr
    for scale, text in (
        (Scale.MAP, tr("Per &map")), (Scale.LAYER, tr("Per &layer")),
        (Scale.NETWORK, tr("Whole &network")),
    ):  # fmt: skip
        action = menu.addAction(text, lambda scale=scale: window.lens.set_scale(scale))
        action.setCheckable(True)
        group.addAction(action)
        menu.aboutToShow.connect(lambda action=action, scale=scale: action.setChecked(window.lens.scale is scale))


def _add_schemes(window: "MainWindow", menu: QMenu) -> None:
    words = {"system": window.tr("Follow the system"), "light": window.tr("Light"), "dark": window.tr("Dark")}
    group = QActionGroup(window)

    def choose(name: str) -> None:
        settings.set_scheme(name)
        window.scheme_chosen.emit()

    for name in settings.SCHEMES:
        action = menu.addAction(words[name], lambda name=name: choose(name))
        action.setCheckable(True)
        action.setChecked(name == settings.scheme())
        group.addAction(action)


def _add_text_sizes(window: "MainWindow", menu: QMenu) -> None:
    group = QActionGroup(window)

    def choose(percent: int) -> None:
        settings.set_text_size(percent)
        window.scheme_chosen.emit()

    for percent in settings.TEXT_SIZES:
        action = menu.addAction(window.tr("{0} %").format(percent), lambda percent=percent: choose(percent))
        action.setCheckable(True)
        action.setChecked(percent == settings.text_size())
        group.addAction(action)


def _add_tool_bar(
    window: "MainWindow", made: dict[str, QAction], history: tuple[QAction, QAction], networks: QMenu
) -> None:
    bar = QToolBar(window.tr("Tools"), window)
    bar.setMovable(False)
    theme.follow_text_size(bar, lambda: bar.setIconSize(QSize(*[theme.scaled(18)] * 2)))
    bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
    for name in ("new", "open", "save"):
        bar.addAction(made[name])
    bar.addSeparator()
    bar.addActions(list(history))
    bar.addSeparator()
    button = QToolButton(bar)
    button.setText(window.tr("Preset"))
    button.setToolTip(window.tr("Start from a published network"))
    popup.hang(networks, button)
    bar.addWidget(button)
    bar.addWidget(window.data_chooser)
    bar.addSeparator()
    bar.addWidget(window.run_bar)
    window.addToolBar(bar)
    window.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)


def _add_corner(window: "MainWindow", action: QAction) -> None:
    """Put the button of the side panel over it, at the end of the menu bar."""
    button = QToolButton(window)
    button.setDefaultAction(action)
    button.setProperty("role", "corner")
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    window.menuBar().setCornerWidget(button)


def _show_about(window: "MainWindow") -> None:
    text = window.tr(
        "Builds, trains and looks inside convolutional neural networks. Every number comes from the network itself, "
        "computed with NumPy.<br><br>{0}<br><br>Digits: a part of MNIST by Yann LeCun and Corinna Cortes, CC BY-SA 3.0."
    ).format("<br>".join(map(escape, versions())))
    window.inform(window.tr("About"), text)


def versions() -> list[str]:
    """Return what a report of a fault needs: the versions of the application, of what it runs on, and the system."""
    from importlib import metadata  # here: a start does not wait for it

    try:
        own = metadata.version("cnn-gui")
    except metadata.PackageNotFoundError:  # a copy that was never installed
        own = QCoreApplication.translate("menus", "unknown: not installed as a package")
    return [
        f"cnn-gui {own}",
        f"Python {platform.python_version()}, Qt {qVersion()}, PySide6 {PySide6.__version__}, NumPy {np.__version__}",
        platform.platform(),
    ]


def _show_glossary(window: "MainWindow") -> None:
    window.explain(window.tr("Glossary"), glossary.table(glossary.words()))


def _open_log_folder() -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(errors.log_path().parent)))
