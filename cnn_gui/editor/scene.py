"""The chain as cards and wires: items follow their layer through edits, and change in place."""

from collections.abc import Collection, Sequence
from itertools import pairwise, zip_longest

from PySide6.QtCore import QObject, QPointF, QRectF
from PySide6.QtWidgets import QGraphicsScene

from cnn_gui.document import Document
from cnn_gui.editor import describe
from cnn_gui.editor.arrangement import Arrangement, Grid, Insertion
from cnn_gui.editor.callouts import Callouts
from cnn_gui.editor.card import CardItem, PlaceholderItem
from cnn_gui.editor.face import Face, Look
from cnn_gui.editor.glide import Glide
from cnn_gui.editor.marker import MarkerItem
from cnn_gui.editor.wire import WireItem
from cnn_gui.plots.ranges import Ranges
from engine.layer import Array

# Keys of the cards that are no layers; a layer's uid is alphanumeric.
INPUT, PLACEHOLDER, OUTPUT = "<input>", "<placeholder>", "<output>"
_NUDGE = 6  # px that neighbours make way for a layer


class ChainScene(QGraphicsScene):
    """Shows a document's chain in rows.

    Attributes:
        cards: by the layer's uid, or one of INPUT, PLACEHOLDER, OUTPUT; in the order of the chain.
        wires: by the key of the card that they lead to.
        arrangement: where the cards belong; they may still be on their way there.

    Thread: the GUI's.
    """

    def __init__(self, document: Document, parent: QObject) -> None:
        super().__init__(parent)
        self._document = document
        self.cards: dict[str, CardItem] = {}
        self.wires: dict[str, WireItem] = {}
        self.callouts = Callouts(self)
        self.arrangement = Arrangement(Grid.fitting(0), 2, {})
        self._width = 0.0
        self._hovered, self._focused = "", False
        self._insertion: Insertion | None = None
        self._marker = MarkerItem()
        self.addItem(self._marker)
        self._glide = Glide(self._lay_wires, self)
        self.refresh(animate=False)

    def refresh(self, animate: bool = True) -> None:
        """Show the chain, its shapes and its problems as they are now."""
        self._match_items()
        self._label_wires()
        self.show_state()
        self._arrange(animate)

    def set_width(self, width: float) -> None:
        """Wrap the rows to *width* px."""
        self._width = width
        self._arrange(animate=False)

    def set_hovered(self, uid: str) -> None:
        """Let the card with the key *uid* show that the pointer, or what it carries, is on it; '' for none."""
        if uid != self._hovered:
            self._hovered = uid
            self.show_state()

    def set_focused(self, focused: bool) -> None:
        """Let the selected card show whether keys go to it."""
        self._focused = focused
        self.show_state()

    def show_state(self) -> None:
        """Let every card show what it is, and whether it is selected, focused, hovered or wrong."""
        document = self._document
        for key, face in ((INPUT, self._input_face()), (OUTPUT, describe.output_face(document.data.class_names))):
            self.cards[key].show(face, Look(fixed=True))
            self.cards[key].setToolTip(describe.end_tooltip(face))
        if placeholder := self.cards.get(PLACEHOLDER):
            placeholder.show(placeholder.face, Look(hovered=self._hovered == PLACEHOLDER))
        for spec, info in zip(document.architecture.layers, document.infos, strict=True):
            if spec.uid not in self.cards:  # an edit ends the selection before it announces the new chain
                continue
            selected = spec.uid == document.selected
            look = Look(selected, selected and self._focused, spec.uid == self._hovered, info.problem is not None)
            fault = document.faults.brief(spec.uid)
            self.cards[spec.uid].show(describe.layer_face(spec, info, fault), look)
            self.cards[spec.uid].setToolTip(describe.tooltip(spec, info, fault))

    def show_values(self, values: Sequence[Array], ranges: Ranges | None = None) -> None:
        """Show the chain's input and what each layer makes of it, (C, H, W) or (features,); empty for nothing."""
        keys = [INPUT, *(spec.uid for spec in self._document.architecture.layers)]
        for key, value in zip_longest(keys, values):
            if key in self.cards:
                self.cards[key].show_values(value, photo=key == INPUT, ranges=ranges)

    def point_at(self, point: QPointF | None) -> None:
        """Light the map at *point*, the maps that it is made from and the wire between them; None: nothing."""
        keys = list(self.cards)
        lit: dict[str, Collection[int]] = {}
        for position, spec in enumerate(self._document.architecture.layers):
            channel = self._channel_at(spec.uid, point)
            shape = self._document.infos[position].input
            if channel is not None and shape is not None:
                lit = {spec.uid: [channel], keys[position]: spec.config.sources(shape, channel)}
                break
        for key, card in self.cards.items():
            if card.maps.light(lit.get(key, ())):
                card.update()
        for key, wire in self.wires.items():
            wire.set_lit(key in lit and keys[keys.index(key) - 1] in lit)

    def _channel_at(self, key: str, point: QPointF | None) -> int | None:
        card = self.cards.get(key)
        return None if card is None or point is None else card.maps.channel_at(card.mapFromScene(point))

    def layer_at(self, point: QPointF) -> str:
        """Return the uid of the layer whose card is at *point*, or ''."""
        slot = self.arrangement.slot_at(point)
        layers = self._document.architecture.layers
        return layers[slot - 1].uid if slot is not None and 0 < slot <= len(layers) else ""

    def area(self, slot: int) -> QRectF:
        """Return what belongs to the card in *slot*: its place and what is wrong with it."""
        callout = self.callouts.items.get(slot)
        place = self.arrangement.slots[slot]
        return place.united(callout.sceneBoundingRect()) if callout else place

    def show_insertion(self, insertion: Insertion | None) -> None:
        """Mark where a layer will land, and let its neighbours make way; None ends it."""
        if insertion == self._insertion:
            return
        self._insertion = insertion
        self._marker.setVisible(insertion is not None)
        if insertion is not None:
            self._marker.setPos(insertion.at)
        for slot, wire in enumerate(self.wires.values()):
            wire.set_labelled(insertion is None or slot != insertion.position)
        self._bring_cards(animate=True)

    def _match_items(self) -> None:
        """Keep the items of the layers that are still there; make and remove the others."""
        uids = [spec.uid for spec in self._document.architecture.layers]
        keys = [INPUT, *(uids or [PLACEHOLDER]), OUTPUT]
        for items, wanted in ((self.cards, keys), (self.wires, keys[1:])):
            for key in items.keys() - set(wanted):
                self.removeItem(items.pop(key))
        self.cards = {key: self.cards.get(key) or self._new_card(key) for key in keys}
        self.wires = {key: self.wires.get(key) or self._new_wire() for key in keys[1:]}

    def _new_card(self, key: str) -> CardItem:
        card = PlaceholderItem() if key == PLACEHOLDER else CardItem()
        self.addItem(card)
        return card

    def _new_wire(self) -> WireItem:
        wire = WireItem()
        self.addItem(wire)
        return wire

    def _label_wires(self) -> None:
        shapes = (self._document.data.input_shape, *(info.output for info in self._document.infos))
        for wire, shape in zip_longest(self.wires.values(), shapes):
            wire.set_label(describe.shape_text(shape))

    def _input_face(self) -> Face:
        data = self._document.data.dataset
        return describe.input_face(self._document.data.input_shape, data.name if data else self._document.data.source)

    def _arrange(self, animate: bool) -> None:
        grid = Grid.fitting(self._width)
        problems = {slot: info.problem for slot, info in enumerate(self._document.infos, 1) if info.problem}
        layers = self._document.architecture.layers
        mends = {slot: () if self._document.locked else self._document.mends(layers[slot - 1].uid) for slot in problems}
        below = self.callouts.show(problems, grid, mends)
        before, self.arrangement = self.arrangement, Arrangement(grid, len(self.cards), below)
        self.callouts.place(self.arrangement)
        self.setSceneRect(0, 0, self._width, self.arrangement.height)
        self._bring_cards(animate and before.grid == grid)

    def _bring_cards(self, animate: bool) -> None:
        """Bring the cards to their slots; one that is new is there at once."""
        targets = {}
        for slot, card in enumerate(self.cards.values()):
            target = self.arrangement.slots[slot].topLeft() + QPointF(self._nudge(slot), 0)
            card.place(target)
            targets[card] = target
        self._glide.bring(targets, animate)

    def _nudge(self, slot: int) -> float:
        """Return how far the card in *slot* moves sideways, away from the marker next to it."""
        if self._insertion is None or self._insertion.at.y() != self.arrangement.slots[slot].center().y():
            return 0.0
        return {0: -_NUDGE, 1: _NUDGE}.get(slot - self._insertion.position, 0.0)

    def _lay_wires(self) -> None:
        for (_, source), (key, target) in pairwise(self.cards.items()):
            self.wires[key].connect_cards(source.rect(), target.rect())
