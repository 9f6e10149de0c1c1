"""What a person asks: the kind of map, the class, and what the kind needs."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from cnn_gui import glossary, theme
from cnn_gui.lens.why import words
from cnn_gui.lens.why.question import Kind
from cnn_gui.plain_text import PlainLabel
from cnn_gui.typed_numbers import RealBox, WholeBox
from engine.trace.occlusion import Patch

READ, TRUE, NONE, SECOND = -1, -2, -3, -4  # what a person asks for where it is not a certain class
_BOX = 58  # px, width: "64" fits
_PATCH_SHARE = 6  # of the image's shorter side is the first patch


class WhyControls(QWidget):
    """Kinds in a row; below them the class, and what Grad-CAM or occlusion need.

    Signals:
        changed(): another question.

    Thread: GUI.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kinds, self.classes, self.others, self.layers = QTabBar(), QComboBox(), QComboBox(), QComboBox()
        self.size, self.stride = (WholeBox(minimum=1) for _ in range(2))
        self.grey = RealBox(maximum=1, singleStep=0.1, decimals=1, value=0.0)
        self._for_cam, self._for_occlusion = QWidget(), QWidget()
        self._image: tuple[int, int] | None = None
        self._arrange()
        self._explain()
        self._connect()
        self._on_kind_changed()

    @property
    def kind(self) -> Kind:
        """The chosen kind of map."""
        return Kind(self.kinds.currentIndex())

    @property
    def patch(self) -> Patch:
        """The chosen patch, no larger than the image."""
        size, stride = self.size.value(), self.stride.value()
        return Patch((size, size), (stride, stride), round(self.grey.value(), 1))

    @property
    def position(self) -> int:
        """The chosen layer's position; -1 without any."""
        chosen = self.layers.currentData()
        return -1 if chosen is None else int(chosen)

    def chosen(self, read: int, true: int | None) -> int:
        """Return the class that is asked about, for what the network read and what is true."""
        wanted = self.classes.currentData()
        return {READ: read, TRUE: read if true is None else true, None: read}.get(wanted, wanted)

    def compared(self, chosen: int, true: int | None, second: int | None) -> int | None:
        """Return the class that the *chosen* one is compared with; None for none, or for itself.

        Args:
            true: the true class, where it is known.
            second: the one with the second largest output, where there is one.
        """
        wanted = self.others.currentData()
        found = {None: None, NONE: None, TRUE: true, SECOND: second}.get(wanted, wanted)
        return None if found == chosen else found

    def show_classes(self, names: Sequence[str], read: int, true: int | None, second: int | None = None) -> None:
        """Offer the class that is read, the true one, then all by name; what a person chose stays chosen.

        To compare it with there are the true class, the one with the *second* largest output, then all by name.
        """
        head = [(self.tr("{0} (predicted, actual)") if true == read else self.tr("{0} (predicted)"), read, READ)]
        if true is not None and true != read:
            head.append((self.tr("{0} (actual)"), true, TRUE))
        entries = [(text.format(names[k]), data) for text, k, data in head]
        entries += [(name, k) for k, name in enumerate(names)]
        _fill(self.classes, entries)
        rivals = (self.tr("{0} (actual)"), true, TRUE), (self.tr("{0} (second largest)"), second, SECOND)
        others = [(text.format(names[k]), data) for text, k, data in rivals if k is not None]
        every = [(name, k) for k, name in enumerate(names)]
        _fill(self.others, [(self.tr("no other class"), NONE), *others, *every])

    def show_layers(self, layers: Sequence[tuple[str, int]], usual: int) -> None:
        """Offer *layers*, titles and positions; *usual* is chosen first."""
        known = self.position in {position for _, position in layers}
        _fill(self.layers, layers)
        if not known:
            self.layers.blockSignals(True)
            self.layers.setCurrentIndex(self.layers.findData(usual))
            self.layers.blockSignals(False)
        if not layers and self.kind is Kind.GRAD_CAM:
            self.kinds.setCurrentIndex(Kind.CONTRIBUTIONS)
        self.kinds.setTabEnabled(Kind.GRAD_CAM, bool(layers))

    def show_image_size(self, size: tuple[int, int]) -> None:
        """Let the patch fit an image (H, W); another size begins with a patch of a sixth of it."""
        if size == self._image:
            return
        self._image = size
        side = max(1, round(min(size) / _PATCH_SHARE))
        for box, value in ((self.size, side), (self.stride, max(1, side // 2))):
            box.blockSignals(True)
            box.setMaximum(min(size))
            box.setValue(value)
            box.blockSignals(False)
        self.stride.setMaximum(side)

    def _on_kind_changed(self) -> None:
        self._for_cam.setVisible(self.kind is Kind.GRAD_CAM)
        self._for_occlusion.setVisible(self.kind is Kind.OCCLUSION)
        self.changed.emit()

    def _on_size_changed(self, size: int) -> None:
        self.stride.setMaximum(size)
        self.changed.emit()

    def _connect(self) -> None:
        self.kinds.currentChanged.connect(self._on_kind_changed)
        self.size.valueChanged.connect(self._on_size_changed)
        for signal in (
            self.classes.currentIndexChanged, self.others.currentIndexChanged, self.layers.currentIndexChanged,
            self.stride.valueChanged, self.grey.valueChanged,
        ):  # fmt: skip
            signal.connect(self.changed)

    def _explain(self) -> None:
        for control, name, tip in (
            (self.kinds, self.tr("Kind of map"), self.tr("What the map shows (Left, Right)")),
            (self.classes, self.tr("Class"), self.tr("The class whose logit is asked about")),
            (
                self.others, self.tr("Compared with"),
                self.tr("Compare with another class: what speaks for the one rather than the other"),
            ),
            (self.layers, self.tr("Layer"), self.tr("The layer whose maps are used; the last layers are the"
                " most meaningful")),
            (self.size, self.tr("Patch"), self.tr("Rows and columns, in pixels, of the patch that covers the image")),
            (self.stride, self.tr("Stride"), self.tr("Pixels between its places; 1 is finest and slowest")),
            (self.grey, self.tr("Grey"), self.tr("What the patch sets pixels to: 0 is black, 1 is white")),
        ):  # fmt: skip
            control.setAccessibleName(name)
            control.setToolTip(tip)

    def _arrange(self) -> None:
        for name, term in zip(words.kind_names(), ("contribution", "gradient", "Grad-CAM", "occlusion"), strict=True):
            self.kinds.setTabToolTip(self.kinds.addTab(name), glossary.tooltip("", [term]))
        self.kinds.setProperty("role", "stages")
        self.kinds.setDrawBase(False)
        self.kinds.setExpanding(False)
        self.kinds.setUsesScrollButtons(False)
        for box in (self.classes, self.others, self.layers):
            box.setMinimumContentsLength(7)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        for box in (self.size, self.stride, self.grey):
            theme.follow_text_size(box, lambda box=box: box.setFixedWidth(theme.scaled(_BOX)))
        versus = self.tr("against")
        column = QVBoxLayout(self)
        row = _row(self.tr("Class"), self.classes, versus, self.others, self._for_cam, self._for_occlusion)
        for place in (1, 3):
            row.setStretch(place, 1)
        self._for_cam.setLayout(_row(self.tr("Maps of"), self.layers))
        patch = (self.tr("Patch"), self.size, self.tr("Stride"), self.stride, self.tr("Grey"), self.grey)
        self._for_occlusion.setLayout(_row(*patch))
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE[1])
        column.addWidget(self.kinds)
        column.addLayout(row)


def _row(*parts: QWidget | str) -> QHBoxLayout:
    """Return a row of controls, each with its name before it."""
    row = QHBoxLayout()
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(theme.SPACE[1])
    for part in parts:
        label = PlainLabel(part) if isinstance(part, str) else None
        if label is not None:
            label.setProperty("role", "muted")
        row.addWidget(label or part)
    return row


def _fill(box: QComboBox, entries: Sequence[tuple[str, int]]) -> None:
    """Offer *entries*, texts and data, where they are not on offer already; the same data stays chosen if it can."""
    if [(box.itemText(n), box.itemData(n)) for n in range(box.count())] == [*entries]:
        return
    before = box.currentData()
    box.blockSignals(True)
    box.clear()
    for text, data in entries:
        box.addItem(text, data)
    box.setCurrentIndex(max(0, box.findData(before)) if before is not None else 0)
    box.blockSignals(False)
