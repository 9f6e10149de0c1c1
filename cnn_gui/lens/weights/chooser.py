"""Which weight of a layer: the array, and the place in it."""

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.lens.weights.arrays import Place
from cnn_gui.plain_text import PlainLabel
from cnn_gui.typed_numbers import WholeBox
from engine.layer import Shape

_MOST_AXES = 4


class WeightChooser(QWidget):
    """The array's name, and a number for each of its axes, counted from 0.

    Signals:
        chosen(str, tuple): a person chose the weight at that place of the array of that name.

    Thread: GUI.
    """

    chosen = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shapes: dict[str, Shape] = {}
        self.array = QComboBox()
        self.axes, self.labels = [WholeBox() for _ in range(_MOST_AXES)], [PlainLabel() for _ in range(_MOST_AXES)]
        self._arrange()
        self.array.activated.connect(self._on_array_chosen)
        for axis in self.axes:
            axis.valueChanged.connect(self._on_place_chosen)
            axis.lineEdit().returnPressed.connect(self._on_place_chosen)

    @property
    def weight(self) -> tuple[str, Place]:
        """The array's name and the place that are entered."""
        name = self.array.currentText()
        return name, tuple(axis.value() for axis in self.axes[: len(self._shapes.get(name, ()))])

    def show_arrays(self, shapes: Mapping[str, Shape]) -> None:
        """Offer the arrays of a layer."""
        if dict(shapes) != self._shapes:
            self._shapes = dict(shapes)
            self.array.clear()
            self.array.addItems(list(shapes))
            self._fit((0,) * _MOST_AXES)

    def show_weight(self, name: str, place: Place) -> None:
        """Show which weight is chosen; nothing is emitted."""
        if (name, place) != self.weight:
            self.array.setCurrentText(name)
            self._fit(place)

    def _on_array_chosen(self) -> None:
        self._fit((0,) * _MOST_AXES)
        self._on_place_chosen()

    def _on_place_chosen(self) -> None:
        self.chosen.emit(*self.weight)

    def _fit(self, place: Place) -> None:
        """Have a box for each axis of the chosen array, with *place* in them."""
        shape = self._shapes.get(self.array.currentText(), ())
        for number, (axis, label) in enumerate(zip(self.axes, self.labels, strict=True)):
            used = number < len(shape)
            axis.setVisible(used)
            label.setVisible(used)
            if used:
                axis.blockSignals(True)
                axis.setRange(0, shape[number] - 1)
                axis.setValue(place[number])
                axis.blockSignals(False)
                label.setText(self._names(len(shape))[number])
                axis.setAccessibleName(label.text())

    def _names(self, axes: int) -> tuple[str, ...]:
        if axes == 4:
            return self.tr("filter"), self.tr("channel"), self.tr("row"), self.tr("column")
        if axes == 2:
            return self.tr("unit"), self.tr("input")
        return (self.tr("number"),)

    def _arrange(self) -> None:
        self.array.setAccessibleName(self.tr("Which array of the layer"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE[1])
        for label, control in ((PlainLabel(self.tr("array")), self.array), *zip(self.labels, self.axes, strict=True)):
            label.setProperty("role", "muted")
            column = QVBoxLayout()
            column.setSpacing(0)
            column.addWidget(label)
            column.addWidget(control)
            row.addLayout(column)
        row.addStretch(1)
