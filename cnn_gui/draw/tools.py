"""The row of controls under the canvas."""

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QSlider, QToolButton, QWidget

from cnn_gui import command_table, theme
from cnn_gui.available import set_obstacle
from cnn_gui.draw.canvas import PEN_WIDTHS, DigitCanvas
from cnn_gui.plain_text import PlainLabel

_WORDS_FROM = 560  # px: from this width on the buttons have words next to their icons
_SENTENCE_FROM = 352  # px: from this width on the box says all of what it does
_ICON = 16  # px


class DrawTools(QWidget):
    """Pen width, undo and clear for one canvas, and the box that makes the maps follow the drawing.

    Thread: GUI.
    """

    def __init__(self, canvas: DigitCanvas, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self.pen_icon = PlainLabel()
        self.pen_slider = _percent_slider()
        self.undo_button = QToolButton(text=self.tr("Undo stroke"))
        self.clear_button = QToolButton(text=self.tr("Clear"))
        self.follow_box = QCheckBox(self._follow_text())
        self._explain()
        self._arrange()
        self.undo_button.clicked.connect(canvas.undo_stroke)
        self.clear_button.clicked.connect(canvas.clear)
        self.pen_slider.valueChanged.connect(lambda percent: canvas.set_pen_width(percent / 100))
        canvas.pen_width_changed.connect(self._on_pen_width_changed)
        canvas.strokes_changed.connect(self._on_strokes_changed)
        self._on_pen_width_changed(canvas.pen_width)
        self._on_strokes_changed()
        self._colour_icons()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._colour_icons()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        style = Qt.ToolButtonStyle
        words = (
            style.ToolButtonTextBesideIcon if self.width() >= theme.scaled(_WORDS_FROM) else style.ToolButtonIconOnly
        )
        for button in (self.undo_button, self.clear_button):
            button.setToolButtonStyle(words)
        self.follow_box.setText(self._follow_text())

    def minimumSizeHint(self) -> QSize:
        # Without the words, which would otherwise keep the row from ever becoming narrow enough to drop them.
        return QSize(0, super().minimumSizeHint().height())

    def _explain(self) -> None:
        self.pen_slider.setAccessibleName(self.tr("Pen width"))
        self.undo_button.setToolTip(command_table.tip("undo_stroke"))
        self.clear_button.setToolTip(command_table.tip("clear_drawing"))
        self.follow_box.setToolTip(self.tr("Show each layer's activation maps for the drawing"))
        self.follow_box.setAccessibleName(self.tr("Maps follow the drawing"))
        for named in (self.undo_button, self.clear_button):
            named.setAccessibleName(named.text())

    def _follow_text(self) -> str:
        roomy = self.width() >= theme.scaled(_SENTENCE_FROM)
        return self.tr("Maps follow the drawing") if roomy else self.tr("Maps follow")

    def _arrange(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE[1])
        for control in (self.pen_icon, self.pen_slider, self.undo_button, self.clear_button):
            row.addWidget(control)
        row.setStretchFactor(self.pen_slider, 1)
        row.addStretch(1)
        row.addWidget(self.follow_box)

    def _colour_icons(self) -> None:
        scheme = theme.tokens(self.palette())
        self.pen_icon.setPixmap(theme.icon("pen", scheme.muted).pixmap(_ICON))
        self.undo_button.setIcon(theme.icon("undo-stroke", scheme.text))
        self.clear_button.setIcon(theme.icon("clear", scheme.text))

    def _on_pen_width_changed(self, width: float) -> None:
        percent = round(100 * width)
        with QSignalBlocker(self.pen_slider):  # the slider knows whole per cents, the pen keeps its exact width
            self.pen_slider.setValue(percent)
        tip = self.tr("Pen width: {percent} % of the paper (+ and - on the canvas)")
        self.pen_slider.setToolTip(tip.format(percent=percent))

    def _on_strokes_changed(self) -> None:
        reason = "" if self._canvas.strokes else self.tr("Nothing is drawn yet.")
        set_obstacle(self.undo_button, reason)
        set_obstacle(self.clear_button, reason)


def _percent_slider() -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(round(100 * PEN_WIDTHS[0]), round(100 * PEN_WIDTHS[1]))
    slider.setPageStep(4)
    slider.setMinimumSize(48, theme.TARGET)
    slider.setMaximumWidth(120)
    return slider
