"""A monkey at the real window: it presses, draws and edits whatever it likes, and looks whether all still fits."""

from collections.abc import Callable, Sequence
from random import Random

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QWidget
from pytestqt.qtbot import QtBot

from cnn_gui import theme
from cnn_gui.main_window import MainWindow
from cnn_gui.plots.mosaic_canvas import MosaicCanvas
from cnn_gui.plots.mosaic_geometry import Spot
from cnn_gui.plots.ranges import Scale
from cnn_gui.training.controller import State
from cnn_gui.window import preset_menu
from engine import registry
from engine.shapes import infer_shapes
from tests.helpers import strokes
from tests.helpers.drag import drag_card

LEFT, Key = Qt.MouseButton.LeftButton, Qt.Key
SCHEMES = (theme.LIGHT, theme.DARK)


class Monkey:
    """Acts on *window* by chance, the same way for the same *seed*; ``done`` lists what it did.

    The project must have a file; *data* are sources that it changes between.
    """

    def __init__(self, window: MainWindow, qtbot: QtBot, data: Sequence[str], seed: int) -> None:
        self._window, self._document, self._qtbot = window, window.document, qtbot
        self._data, self._random = data, Random(seed)
        self.done: list[str] = []

    def act(self) -> None:
        """Do one thing, and let the window answer."""
        actions: tuple[Callable[[], object], ...] = (
            self.insert, self.append, self.move, self.drag, self.remove, self.configure, self.undo, self.redo,
            self.select, self.key, self.train_or_pause, self.train_or_pause, self.step, self.stop, self.reset,
            self.draw, self.clear, self.look, self.scheme, self.preset, self.save, self.reopen,
            self.other_data, self.repair, self.repair, self.go_inside, self.go_inside, self.turn_page, self.turn_page,
            self.probe, self.probe, self.probe, self.leave, self.ask_why, self.look_at_results, self.colour,
            self.other_sample, self.rest_on_a_tile, self.rest_on_a_tile, self.edit_and_press, self.edit_and_press,
        )  # fmt: skip
        action = self._random.choice(actions)
        self.done.append(action.__name__)
        action()
        wait = self._random.choice((None, 0, 0, 1, 20))  # None: the next comes before the window has drawn anything
        if wait is not None:
            self._qtbot.wait(wait)

    def check(self) -> None:
        """Compare the document with what follows from its values, and the views with the document."""
        document, controller = self._document, self._window.controller
        infos = infer_shapes(document.architecture, document.data.input_shape, len(document.data.class_names))
        assert document.infos == infos
        assert (document.model is None) == (document.problem is not None)
        assert document.model is None or document.model.architecture == document.architecture
        assert document.model is None or np.isfinite(document.model.parameters.flat).all()
        assert document.locked == controller.busy == (controller.state is not State.IDLE)
        assert document.selected == "" or document.selected_spec is not None
        bar = self._window.run_bar
        assert bar.play_button.isEnabled() == (
            controller.state is not State.STOPPING and (controller.busy or not bar.obstacle)
        )
        cards = self._window.canvas.chain.arrangement.slots[1:-1]  # between input and output
        assert len(cards) == len(document.architecture.layers)
        assert QApplication.activeModalWidget() is None, QApplication.activeModalWidget().text()

    # What a monkey does.

    def insert(self) -> None:
        self._document.insert(self._position(), self._random.choice(registry.all_types()).name)

    def append(self) -> None:
        palette = self._window.palette_view
        palette.search.setFocus()
        self._qtbot.keyClicks(palette.search, self._random.choice(("conv", "relu", "pool", "dense", "soft", "zzz")))
        self._qtbot.keyClick(palette.search, Key.Key_Return)
        self._qtbot.keyClick(palette.search, Key.Key_Escape)

    def move(self) -> None:
        if uid := self._layer():
            self._document.move(uid, self._position())

    def drag(self) -> None:
        if uid := self._layer():
            canvas = self._window.canvas
            drag_card(canvas, canvas.card_center(uid), canvas.insertion_point(self._position()))

    def remove(self) -> None:
        if uid := self._layer():
            self._document.remove(uid)

    def configure(self) -> None:
        self.select()
        self._window.lens.tabs.setCurrentWidget(self._window.form)
        if self._window.form.page and (rows := list(self._window.form.page.form.rows.values())):
            field = self._random.choice(rows).field
            self._qtbot.keyClick(field, self._random.choice((Key.Key_Up, Key.Key_Down, Key.Key_0, Key.Key_9)))

    def undo(self) -> None:
        self._qtbot.keyClick(self._window.canvas, Key.Key_Z, Qt.KeyboardModifier.ControlModifier)

    def redo(self) -> None:
        self._qtbot.keyClick(self._window.canvas, Key.Key_Y, Qt.KeyboardModifier.ControlModifier)

    def select(self) -> None:
        self._document.select(self._layer())

    def key(self) -> None:
        keys = (Key.Key_Left, Key.Key_Right, Key.Key_Delete, Key.Key_Escape, Key.Key_Home, Key.Key_Plus, Key.Key_Up)
        modifiers = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier)
        self._qtbot.keyClick(self._window.canvas, self._random.choice(keys), self._random.choice(modifiers))

    def train_or_pause(self) -> None:
        self._qtbot.keyClick(self._window.canvas, Key.Key_Space)

    def step(self) -> None:
        self._qtbot.mouseClick(self._window.run_bar.step_button, LEFT)

    def stop(self) -> None:
        self._qtbot.mouseClick(self._window.run_bar.stop_button, LEFT)

    def reset(self) -> None:
        self._qtbot.keyClick(self._window.canvas, Key.Key_R)

    def draw(self) -> None:
        points = tuple((self._random.random(), self._random.random()) for _ in range(4))
        strokes.draw_line(self._window.draw.canvas, points)

    def clear(self) -> None:
        self._qtbot.mouseClick(self._window.draw.tools.clear_button, LEFT)

    def look(self) -> None:
        tabs = self._window.lens.tabs
        tabs.setCurrentIndex(self._random.randrange(tabs.count()))
        self._window.draw.set_follow_drawing(self._random.random() < 0.5)

    def scheme(self) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        theme.apply(app, self._random.choice(SCHEMES))

    def go_inside(self) -> None:
        self.select()
        self._qtbot.keyClick(self._window.canvas, Key.Key_Return)

    def turn_page(self) -> None:
        if kinds := self._window.microscope.kinds:
            self._window.microscope.look_through(self._random.choice(kinds))

    def probe(self) -> None:
        """Point at something inside a layer, click it, and press a key; a list would open a window of its own."""
        view = self._window.microscope.view
        if view is None or not view.isVisible():
            return
        part = self._random.choice([view, *(each for each in view.findChildren(QWidget) if _can_be_probed(each))])
        place = QPoint(self._random.randrange(max(1, part.width())), self._random.randrange(max(1, part.height())))
        self._qtbot.mouseMove(part, place)
        self._qtbot.mouseClick(part, LEFT, pos=place)
        keys = (Key.Key_Left, Key.Key_Right, Key.Key_Up, Key.Key_Down, Key.Key_PageDown, Key.Key_Return)
        self._qtbot.keyClick(view, self._random.choice(keys))

    def rest_on_a_tile(self) -> None:
        """Choose a map, a kernel or a value, as often as not the last one, and leave the mouse on it."""
        self._window.lens.tabs.setCurrentIndex(self._random.randrange(self._window.lens.tabs.count()))
        canvases = [each for each in self._window.findChildren(MosaicCanvas) if each.isVisible() and each.drawn()]
        if not canvases:
            return
        canvas = self._random.choice(canvases)
        page = canvas.drawn()
        assert page is not None and canvas.tiles is not None
        shown = [int(tile) for tile in page.geometry.ids.ravel() if tile >= 0]
        rows, columns = canvas.tiles.shape
        tile = self._random.choice((shown[-1], self._random.choice(shown)))
        place = page.geometry.cell_rect(Spot(tile, rows - 1, columns - 1))
        assert place is not None
        self._qtbot.mouseMove(canvas, place.center().toPoint())
        self._qtbot.mouseClick(canvas, LEFT, pos=place.center().toPoint())

    def edit_and_press(self) -> None:
        """Edit the chain, and at once press something that still shows the layers of before."""
        window, edits = self._window, (self.remove, self.undo_at_once, self.insert, self.move)
        self._random.choice(edits)()
        head, view = window.microscope.head, window.microscope.stack.findChildren(QWidget)
        buttons = [*head.strip.buttons, head.previous_button, head.next_button]
        parts = [each for each in self._random.choice((buttons, view)) if _can_be_probed(each) and each.isEnabled()]
        if parts and window.microscope.isVisible():
            part = self._random.choice(parts)
            self._qtbot.mouseClick(part, LEFT, pos=part.rect().center())

    def undo_at_once(self) -> None:
        if not self._document.locked:
            self._document.undo_stack.undo()

    def leave(self) -> None:
        self._qtbot.keyClick(self._window.microscope, Key.Key_Escape)

    def ask_why(self) -> None:
        self._window.lens.why_wanted.emit()

    def look_at_results(self) -> None:
        self._window.results_door.open()

    def colour(self) -> None:
        self._window.lens.set_scale(self._random.choice(tuple(Scale)))

    def other_sample(self) -> None:
        samples = self._window.lens.maps.samples
        self._window.lens.tabs.setCurrentWidget(self._window.lens.maps)
        if buttons := [each for each in samples.findChildren(QAbstractButton) if each.isVisible()]:
            self._qtbot.mouseClick(self._random.choice(buttons), LEFT)

    def preset(self) -> None:
        if self._random.random() < 0.3 and not self._document.locked:
            file = self._document.file
            path = file.path
            file.mark_saved(path)  # so that nothing is asked
            preset_menu.load(self._window.files, self._document, "lenet5")
            file.path = path

    def save(self) -> None:
        assert self._window.files.save()

    def reopen(self) -> None:
        assert self._document.file.path is not None and self._window.files.open_path(self._document.file.path)

    def other_data(self) -> None:
        if self._window.data_chooser.isEnabled():
            self._window.data_chooser.requested.emit(self._random.choice(self._data))

    def repair(self) -> None:
        """Undo until the network can work again, else a monkey soon has nothing left to train."""
        stack = self._document.undo_stack
        while not self._document.locked and self._document.problem and stack.canUndo():
            stack.undo()

    def _layer(self) -> str:
        layers = self._document.architecture.layers
        return self._random.choice(layers).uid if layers else ""

    def _position(self) -> int:
        return self._random.randint(0, len(self._document.architecture.layers))


def _can_be_probed(part: QWidget) -> bool:
    return part.isVisible() and not isinstance(part, QComboBox)
