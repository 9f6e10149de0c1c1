"""The menu bar and the tool bar of the window."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QAction, QActionGroup, QDesktopServices, QKeySequence
from PySide6.QtWidgets import QMenu, QToolBar, QToolButton

from cnn_gui import errors, glossary, popup, settings
from cnn_gui.plots.ranges import Scale
from cnn_gui.window import actions, keys, preset_menu
from cnn_gui.window.actions import Command

if TYPE_CHECKING:
    from cnn_gui.main_window import MainWindow


def build(window: "MainWindow") -> None:
    """Give *window* its menus and its tool bar."""
    made = {command.name: actions.create(window, command) for command in _commands(window)}
    undo, redo = _undo_actions(window)
    bar = window.menuBar()
    _fill(bar.addMenu(window.tr("&File")), made, "new", "open", "save", "save_as", "", "quit")
    edit = bar.addMenu(window.tr("&Edit"))
    edit.addActions([undo, redo])
    _fill(edit, made, "", "delete")
    networks = bar.addMenu(window.tr("&Network"))
    preset_menu.fill(networks, window.document, window.about_line.tell)
    _fill(bar.addMenu(window.tr("&Train")), made, "play", "step", "stop", "reset")
    view = bar.addMenu(window.tr("&View"))
    _fill(view, made, "why", "results", "")
    _add_scales(window, view.addMenu(window.tr("&Range of the colours")))
    view.addSeparator()
    _add_schemes(window, view)
    _fill(bar.addMenu(window.tr("&Help")), made, "words", "keys", "log", "about")
    _add_tool_bar(window, made, (undo, redo), networks)


def _commands(window: "MainWindow") -> tuple[Command, ...]:
    files, tr = window.files, window.tr
    pixels = tr("Which pixels the network's answer comes from")
    return (
        Command("new", tr("&New"), files.new, "new", "Ctrl+N", tr("Begin an empty network")),
        Command("open", tr("&Open..."), files.open, "open", "Ctrl+O", tr("Open a project")),
        Command("save", tr("&Save"), files.save, "save", "Ctrl+S", tr("Save the project")),
        Command("save_as", tr("Save &as..."), files.save_as, "", "Ctrl+Shift+S"),
        Command("quit", tr("&Quit"), window.close, "", "Ctrl+Q"),
        Command("delete", tr("&Delete layer"), lambda: _delete(window), "delete"),
        Command("play", tr("&Train, pause or resume"), window.run_bar.play_or_pause, "play", "F5"),
        Command("step", tr("&One step"), window.run_bar.step_button.click, "step", "F6"),
        Command("stop", tr("&Stop"), window.run_bar.stop_button.click, "stop", "Shift+F5"),
        Command("reset", tr("&Reset weights"), window.run_bar.reset_button.click, "reset"),
        Command("why", tr("&Why this class?"), window.lens.why_wanted.emit, "", "W", pixels),
        Command("results", tr("&Test set"), window.results_door.open, "", "T", tr("Confusion matrix and mistakes")),
        Command("words", tr("&Words used here"), lambda: _show_words(window), "", "F1", tr("What the words mean")),
        Command("keys", tr("&Keys"), lambda: keys.show_list(window), "info", "H"),
        Command("log", tr("Show the &log's folder"), _open_log_folder),
        Command("about", tr("&About"), lambda: _show_about(window)),
    )


def _fill(menu: QMenu, made: dict[str, QAction], *names: str) -> None:
    """Add actions by name; '' adds a separator."""
    for name in names:
        menu.addAction(made[name]) if name else menu.addSeparator()


def _undo_actions(window: "MainWindow") -> tuple[QAction, QAction]:
    """Return undo and redo; they rest while a run owns the network."""
    stack = window.document.undo_stack
    undo, redo = stack.createUndoAction(window, window.tr("Undo")), stack.createRedoAction(window, window.tr("Redo"))
    for action, icon, shortcuts in ((undo, "undo", "Ctrl+Z"), (redo, "redo", "Ctrl+Shift+Z; Ctrl+Y")):
        action.setObjectName(icon)
        action.setShortcuts(QKeySequence.listFromString(shortcuts))
        action.setToolTip(actions.with_key(action.text(), action))
        action.setProperty("icon_name", icon)

    def on_lock_changed(locked: bool) -> None:
        undo.setEnabled(not locked and stack.canUndo())
        redo.setEnabled(not locked and stack.canRedo())

    window.document.lock_changed.connect(on_lock_changed)
    return undo, redo


def _add_scales(window: "MainWindow", menu: QMenu) -> None:
    group, tr = QActionGroup(window), window.tr
    for scale, text in (
        (Scale.MAP, tr("&Each map its own")), (Scale.LAYER, tr("The maps of a &layer alike")),
        (Scale.NETWORK, tr("The whole &network alike")),
    ):  # fmt: skip
        action = menu.addAction(text, lambda scale=scale: window.lens.set_scale(scale))
        action.setCheckable(True)
        group.addAction(action)
        menu.aboutToShow.connect(lambda action=action, scale=scale: action.setChecked(window.lens.scale is scale))


def _add_schemes(window: "MainWindow", menu: QMenu) -> None:
    words = {"system": window.tr("As the system"), "light": window.tr("Light"), "dark": window.tr("Dark")}
    group = QActionGroup(window)

    def choose(name: str) -> None:
        settings.set_scheme(name)
        window.scheme_chosen.emit()

    for name in settings.SCHEMES:
        action = menu.addAction(words[name], lambda name=name: choose(name))
        action.setCheckable(True)
        action.setChecked(name == settings.scheme())
        group.addAction(action)


def _add_tool_bar(
    window: "MainWindow", made: dict[str, QAction], history: tuple[QAction, QAction], networks: QMenu
) -> None:
    bar = QToolBar(window.tr("Tools"), window)
    bar.setMovable(False)
    bar.setIconSize(QSize(18, 18))
    bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
    for name in ("new", "open", "save"):
        bar.addAction(made[name])
    bar.addSeparator()
    bar.addActions(list(history))
    bar.addSeparator()
    button = QToolButton(bar)
    button.setText(window.tr("Preset"))
    button.setToolTip(window.tr("Begin from a published network"))
    popup.hang(networks, button)
    bar.addWidget(button)
    bar.addWidget(window.data_chooser)
    bar.addSeparator()
    bar.addWidget(window.run_bar)
    window.addToolBar(bar)
    window.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)


def _delete(window: "MainWindow") -> None:
    if window.document.selected:
        window.document.remove(window.document.selected)
    else:
        window.say(window.tr("Select a layer first."))


def _show_about(window: "MainWindow") -> None:
    text = window.tr(
        "Builds, trains and looks inside convolutional neural networks. Every number comes from the network itself, "
        "computed with NumPy.<br><br>Digits: a part of MNIST by Yann LeCun and Corinna Cortes, CC BY-SA 3.0."
    )
    window.inform(window.tr("About"), text)


def _show_words(window: "MainWindow") -> None:
    window.explain(window.tr("Words used here"), glossary.table(glossary.words()))


def _open_log_folder() -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(errors.log_path().parent)))
