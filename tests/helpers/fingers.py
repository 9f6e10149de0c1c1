"""Someone who touches everything: mouse and keys over whatever a widget shows, without knowing what it is."""

from typing import TypeVar

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QSlider, QSpinBox, QTabBar, QToolButton, QWidget

from cnn_gui.lens.step.transport import Transport
from cnn_gui.plots.bar_table import BarTable
from cnn_gui.plots.function_plot import FunctionPlot
from cnn_gui.plots.grid_view import GridView
from cnn_gui.plots.histogram import HistogramView
from cnn_gui.plots.mosaic_canvas import MosaicCanvas
from cnn_gui.plots.pager import Pager
from cnn_gui.plots.trend import TrendView

Kind = TypeVar("Kind", bound=QWidget)
Key = Qt.Key
LEFT = Qt.MouseButton.LeftButton
PICTURES = (GridView, MosaicCanvas, BarTable, FunctionPlot, HistogramView, TrendView)
KEYS = (Key.Key_Right, Key.Key_Down, Key.Key_Left, Key.Key_PageDown, Key.Key_Space, Key.Key_Return)
PLACES = ((0.01, 0.02), (0.5, 0.5), (0.3, 0.7), (0.97, 0.95), (0.5, 0.999))  # of width and height


def touch(page: QWidget) -> None:
    """Move over, press and turn all that *page* shows, what comes to be seen by that too."""
    for tabs in seen(page, QTabBar):
        for number in filter(tabs.isTabEnabled, range(tabs.count())):
            tabs.setCurrentIndex(number)
            settle()
            touch_pictures(page)
    touch_controls(page)
    touch_pictures(page)


def touch_controls(page: QWidget) -> None:
    """Take every box, slider and button to its ends."""
    for kind in (QSpinBox, QSlider):
        for control in seen(page, kind):
            control.setValue(control.maximum())
    for box in seen(page, QComboBox):
        box.setCurrentIndex(box.count() - 1)
        box.activated.emit(box.currentIndex())
    for bar in (*seen(page, Transport), *seen(page, Pager)):
        for button in seen(bar, QToolButton):
            button.click()
        if isinstance(bar, Transport):
            bar.pause()
    settle()


def touch_pictures(page: QWidget) -> None:
    """Point at, click and press keys in each picture that *page* shows."""
    for kind in PICTURES:
        for picture in seen(page, kind):
            if picture.isVisible():  # what was pressed before may have hidden it
                touch_picture(picture)


def touch_picture(picture: QWidget) -> None:
    """Point at places of a picture, click in the middle, and press keys."""
    under = picture.viewport() if isinstance(picture, BarTable) else picture
    for place in places(picture):
        QTest.mouseMove(under, place)
    QTest.mouseClick(under, LEFT, pos=places(picture)[1])
    for key in KEYS:
        if picture.isVisible() and takes(picture, key):
            QTest.keyClick(picture, key)
    QApplication.processEvents()


def takes(picture: QWidget, key: Key) -> bool:
    """Return whether a key is for the picture itself: Space and Return may be for the window."""
    return picture.focusPolicy() != Qt.FocusPolicy.NoFocus or key not in (Key.Key_Space, Key.Key_Return)


def places(picture: QWidget) -> list[QPoint]:
    """Return points of a picture: of its cells, where it is a grid."""
    rect = picture.rect().toRectF()
    if isinstance(picture, GridView) and picture.placement is not None:
        rect = picture.placement.rect
    corner, (width, height) = rect.topLeft(), (rect.width(), rect.height())
    return [(corner + QPointF(x * width, y * height)).toPoint() for x, y in PLACES]


def seen(page: QWidget, kind: type[Kind]) -> list[Kind]:
    """Return the widgets of a kind that *page* shows."""
    return [each for each in page.findChildren(kind) if each.isVisible()]


def settle() -> None:
    """Let layouts follow: a page that needs more room makes its window larger, which lays out its parts anew."""
    for _ in range(3):
        QApplication.processEvents()
