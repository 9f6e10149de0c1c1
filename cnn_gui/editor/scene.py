"""The chain as cards and wires: items follow their layer through edits, and change in place."""

from itertools import pairwise

from PySide6.QtCore import QObject, QPointF
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene

from cnn_gui import theme
from cnn_gui.document import Document
from cnn_gui.editor import describe
from cnn_gui.editor.arrangement import Arrangement, Grid, Insertion
from cnn_gui.editor.callouts import Callouts
from cnn_gui.editor.card import CardItem, PlaceholderItem
from cnn_gui.editor.face import Look
from cnn_gui.editor.marker import MarkerItem
from cnn_gui.editor.motion import Glide
from cnn_gui.editor.wire import WireItem

# Keys of the cards that are no layers; a layer's uid is alphanumeric.
INPUT, OUTPUT, PLACEHOLDER = "<input>", "<output>", "<placeholder>"
_NUDGE = theme.SPACE[1]  # px that neighbours make way for a card


class ChainScene(QGraphicsScene):
    """Shows a document's chain in rows.

    Attributes:
        cards: by the layer's uid, or one of INPUT, OUTPUT, PLACEHOLDER; in the order of the chain.
        wires: by the key of the card that they lead to.
        arrangement: where the cards belong; they may still be on their way there.
    """

    def __init__(self, document: Document, parent: QObject) -> None:
        super().__init__(parent)
        self._document = document
        self._width = 0.0
        self._hovered, self._focused = "", False
        self._insertion: Insertion | None = None
        self._marker = MarkerItem()
        self.addItem(self._marker)
        self._glide = Glide(self._lay_wires, self)
        self.cards: dict[str, CardItem] = {}
        self.wires: dict[str, WireItem] = {}
        self.callouts = Callouts(self)
        self.arrangement = Arrangement(Grid.fitting(0), 2, {})

    # What others may ask for.

    def refresh(self, animate: bool = True) -> None:
        """Show the chain, its shapes and problems as they are now."""
        self._match_items()
        self.callouts.match(self._document)
        self.show_state()
        self._arrange(animate)

    def set_width(self, width: float) -> None:
        """Wrap the rows to *width* px."""
        self._width = width
        self._arrange(animate=False)

    def show_state(self) -> None:
        """Show what is selected, hovered and focused, and what each card says."""
        for key, card in self.cards.items():
            fixed, selected = key in (INPUT, OUTPUT), key == self._document.selected
            focused, hovered = selected and self._focused, key == self._hovered
            card.show(self._face(key), Look(selected, focused, hovered, key in self.callouts, fixed=fixed))

    def set_hovered(self, uid: str) -> None:
        """Let the card of the layer *uid* show that the pointer is on it; '' for none."""
        if uid != self._hovered:
            self._hovered = uid
            self.show_state()

    def set_focused(self, focused: bool) -> None:
        """Let the selected card show that keys go to it."""
        self._focused = focused
        self.show_state()

    def layer_at(self, point: QPointF) -> str:
        """Return the uid of the layer whose card is at *point*, or ''."""
        slot = self.arrangement.slot_at(point)
        layers = self._document.architecture.layers
        return layers[slot - 1].uid if slot is not None and 0 < slot <= len(layers) else ""

    def show_insertion(self, insertion: Insertion | None) -> None:
        """Mark the place where a layer will land, and let its neighbours make way; None ends it."""
        if insertion != self._insertion:
            self._insertion = insertion
            self._marker.setVisible(insertion is not None)
            self._marker.setPos(insertion.at if insertion else QPointF())
            self._bring_cards(animate=True)

    # Items.

    def _match_items(self) -> None:
        """Keep the items of cards that are still there, and make and remove the others."""
        keys = [INPUT, *(spec.uid for spec in self._document.architecture.layers or ()), OUTPUT]
        if len(keys) == 2:
            keys.insert(1, PLACEHOLDER)
        old_cards, old_wires = self.cards, self.wires
        self.cards = {key: old_cards.pop(key, None) or self._new_card(key) for key in keys}
        self.wires = {key: old_wires.pop(key, None) or self._added(WireItem()) for key in keys[1:]}
        for item in (*old_cards.values(), *old_wires.values()):
            self.removeItem(item)
        self._describe()

    def _new_card(self, key: str) -> CardItem:
        return self._added(PlaceholderItem() if key == PLACEHOLDER else CardItem())

    def _added(self, item: QGraphicsItem) -> QGraphicsItem:
        self.addItem(item)
        return item

    def _describe(self) -> None:
        """Put shapes on the wires and the full story into the tooltips."""
        document = self._document
        shapes = [document.input_shape, *(info.output for info in document.infos)]
        for wire, shape in zip(self.wires.values(), shapes, strict=False):
            wire.set_label(describe.shape_text(shape))
        for spec, info in zip(document.architecture.layers, document.infos, strict=True):
            self.cards[spec.uid].setToolTip(describe.tooltip(spec, info))

    # Places.

    def _arrange(self, animate: bool) -> None:
        if not self.cards:
            return
        grid = Grid.fitting(self._width)
        below = self.callouts.measure(grid)
        self.arrangement = Arrangement(grid, len(self.cards), below)
        self.callouts.place(self.arrangement)
        self.setSceneRect(0, 0, grid.right + grid.left, self.arrangement.height)
        self._bring_cards(animate)

    def _bring_cards(self, animate: bool) -> None:
        ...

    def _lay_wires(self) -> None:
        for (_, source), (key, target) in pairwise(self.cards.items()):
            self.wires[key].connect_cards(source.rect(), target.rect())
