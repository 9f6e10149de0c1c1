"""The lens: the selected layer's kernels and activation maps, side by side as tabs."""

import numpy as np
from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QTabWidget, QVBoxLayout, QWidget

from cnn_gui import command_table, plain_text, theme
from cnn_gui.available import set_obstacle
from cnn_gui.document import Document
from cnn_gui.lens.choice import Choice, ImageSet, sizes
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.held_out import HeldOut
from cnn_gui.lens.kernels import KernelsView
from cnn_gui.lens.maps import MapsView
from cnn_gui.lens.passes import Passes
from cnn_gui.lens.sample import Image, Sample
from cnn_gui.plain_text import PlainLabel
from cnn_gui.plots.ranges import Scale


class LensPanel(QWidget):
    """Looks into the document's selected layer, through an image of the data or through one that it is given.

    What changes is shown at the next turn of the event loop, several changes at once. Only while a training run
    changes the weights does it wait for ``refresh``, so that the window sets the pace.

    Attributes:
        scale: which pictures have the same colours for the same values.

    Signals:
        sample_requested(Choice): a person chose that image; it is on show already.
        framed(Frame): this is what there is to see now.
        opened(): a person wants to look into the selected layer.
        why_wanted(): a person wants to know why the network reads the sample as it does.

    Thread: GUI.
    """

    sample_requested = Signal(object)
    framed = Signal(object)
    opened = Signal()
    why_wanted = Signal()

    def __init__(
        self, document: Document, rng: np.random.Generator | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._rng = np.random.default_rng() if rng is None else rng
        self._choice, self._step, self._held_out = Choice(), document.history.steps, HeldOut()
        self.scale = Scale.LAYER
        self._given: Sample | None = None
        self._passes = Passes(document, None)
        self._stale = True
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.refresh)
        self.heading = PlainLabel()
        self.inside_button, self.why_button = QPushButton(self.tr("Look inside")), QPushButton(self.tr("Why?"))
        self.kernels, self.maps = KernelsView(), MapsView()
        self.tabs = QTabWidget()
        self._explain()
        self._arrange()
        self._connect()

    def set_sample(self, image: Image | None, title: str) -> None:
        """Look through *image*, float32 (C, H, W) in [0, 1], called *title*; None: through the chosen one again."""
        self._given = None if image is None else Sample(image, title)
        self._on_changed()

    def set_step(self, step: int) -> None:
        """Say which training step the weights are of; 0 for initial ones."""
        if step != self._step:
            self._step = step
            self._on_weights_changed()

    @Slot(object)
    def set_scale(self, scale: Scale) -> None:
        """Have pictures of that *scale*."""
        if scale is not self.scale:
            self.scale = scale
            self._on_changed()

    def put_first(self, page: QWidget, title: str, tip: str) -> None:
        """Show somebody else's *page* on the selected layer as the first tab."""
        self.tabs.insertTab(0, page, title)
        self.tabs.setTabToolTip(0, tip)
        self.tabs.setCurrentIndex(0)

    @property
    def choice(self) -> Choice:
        """The image of the data that was chosen last."""
        return self._choice

    def choose(self, index: int) -> None:
        """Look through the test image *index*, and say so."""
        self.look_at(self._choice.of(ImageSet.TEST).at(index))

    def look_at(self, choice: Choice) -> None:
        """Look through an image of the data, and say so."""
        self._choice, self._given = choice, None
        self._on_changed()
        self.sample_requested.emit(choice)

    def refresh(self) -> None:
        """Show what changed since the last time; does nothing while the window is hidden or if nothing did."""
        self._soon.stop()
        if not (self._stale and self._wanted):
            return
        self._stale = False
        dataset = self._document.data.dataset
        held_out = self._held_out.flags(dataset, self._document.settings.validation)
        sample = self._given or self._choice.sample(dataset, held_out)
        if not self._passes.are_held_for(sample):
            document = self._document
            done = self._step - document.watch.start - document.optimizer_time if document.locked else 0
            self._passes = Passes(document, sample, max(0, done))
        frame = Frame(self._document, sample, self._step, self.scale, self._passes)
        self.heading.setText(frame.title())
        self.heading.setToolTip(plain_text.tooltip(frame.about()))
        self.maps.samples.show_choice(self._choice, sizes(dataset), self._given is not None)
        if isinstance(view := self.tabs.currentWidget(), KernelsView | MapsView):
            view.show_frame(frame)
        set_obstacle(self.inside_button, "" if frame.spec is not None else self.tr("No layer is selected."))
        lacking = "" if frame.sample is not None else self.tr("There is no image yet.")
        set_obstacle(self.why_button, lacking or str(frame.problem or ""))
        self.framed.emit(frame)

    def renew(self) -> None:
        """Make a new frame soon, for somebody who needs one."""
        self._on_changed()

    @property
    def _wanted(self) -> bool:
        """Whether frames are needed: the network and the microscope show them also while the panel is hidden."""
        return self.window().isVisible()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._on_changed()

    def _on_changed(self) -> None:
        self._stale = True
        if self._wanted:
            self._soon.start()

    def _on_weights_changed(self) -> None:
        self._stale = True
        if not self._document.locked:
            self._on_changed()

    def _on_data_changed(self) -> None:
        self._choice = self._choice.within(sizes(self._document.data.dataset))
        self._on_changed()

    def _on_history_replaced(self) -> None:
        self._step = self._document.history.steps
        for view in (self.kernels, self.maps):
            view.mosaic.forget_range()
        self._on_changed()

    def _on_random_wanted(self) -> None:
        images = sizes(self._document.data.dataset)[self._choice.which]
        if images:  # else the data is still being read, and the button rests as soon as that is shown
            self.look_at(self._choice.at(int(self._rng.integers(images))))

    def _connect(self) -> None:
        document = self._document
        document.weights_changed.connect(self._on_weights_changed)
        document.data_changed.connect(self._on_data_changed)
        document.faults.changed.connect(self._on_changed)
        document.history_replaced.connect(self._on_history_replaced)
        for signal in (
            document.architecture_changed, document.settings_changed, document.selection_changed,
            self.tabs.currentChanged,
        ):  # fmt: skip
            signal.connect(self._on_changed)
        self.inside_button.clicked.connect(self.opened)
        self.why_button.clicked.connect(self.why_wanted)
        samples = self.maps.samples
        samples.set_chosen.connect(lambda which: self.look_at(self._choice.of(which)))
        samples.number_chosen.connect(lambda number: self.look_at(self._choice.at(number)))
        samples.random_wanted.connect(self._on_random_wanted)
        samples.data_wanted.connect(lambda: self.look_at(self._choice))

    def _explain(self) -> None:
        self.why_button.setAccessibleName(self.tr("Why this class?"))
        self.why_button.setToolTip(command_table.tip("why"))
        self.inside_button.setToolTip(command_table.tip("inside"))
        self.tabs.addTab(self.kernels, self.tr("&Kernels"))
        self.tabs.addTab(self.maps, self.tr("Activation &maps"))
        self.tabs.setTabToolTip(0, self.tr("What the layer has learned (Alt+K)"))
        self.tabs.setTabToolTip(1, self.tr("What the layer makes of one image (Alt+M)"))
        self.tabs.setAccessibleName(self.tr("Views into the selected layer"))
        self.setAccessibleName(self.tr("Lens"))

    def _arrange(self) -> None:
        self.heading.setProperty("role", "heading")
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        head, column = QHBoxLayout(), QVBoxLayout(self)
        head.setSpacing(theme.SPACE[1])
        head.addWidget(self.heading)
        head.addStretch(1)
        head.addWidget(self.why_button)
        head.addWidget(self.inside_button)
        column.setContentsMargins(*[theme.SPACE[1]] * 4)
        column.setSpacing(theme.SPACE[0])
        column.addLayout(head)
        column.addWidget(self.tabs, 1)
