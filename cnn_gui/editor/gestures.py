"""What a person does with the pointer on the network: bring a layer from the palette, or move one."""

from PySide6.QtCore import QPointF

from cnn_gui.document import Document
from cnn_gui.editor.arrangement import Insertion
from cnn_gui.editor.card import CardItem
from cnn_gui.editor.face import Look
from cnn_gui.editor.scene import PLACEHOLDER, ChainScene

_GHOST = 0.35  # opacity of a card's own place while it is in the hand
_HAND = 0.85  # opacity of a card in the hand: the marker shines through


class LayerDrop:
    """A layer type from the palette over the network."""

    def __init__(self, scene: ChainScene, document: Document, name: str) -> None:
        self._scene, self._document, self._name = scene, document, name
        self._insertion: Insertion | None = None

    def move_to(self, point: QPointF) -> None:
        """Show where the layer would land from *point*: the first one takes the placeholder's place."""
        self._insertion = self._scene.arrangement.insertion_at(point) if self._document.architecture.layers else None
        self._scene.show_insertion(self._insertion)
        self._scene.set_hovered("" if self._insertion else PLACEHOLDER)

    def drop(self) -> None:
        """Insert the layer where it was shown."""
        self.cancel()
        self._document.insert(self._insertion.position if self._insertion else 0, self._name)

    def cancel(self) -> None:
        """Leave the network as it is."""
        self._scene.show_insertion(None)
        self._scene.set_hovered("")


class CardDrag:
    """A card in the hand: it follows the pointer, and its own place shows a ghost of it."""

    def __init__(self, scene: ChainScene, document: Document, uid: str, grip: QPointF) -> None:
        self._scene, self._document, self._uid = scene, document, uid
        self._card = scene.cards[uid]
        self._hold = grip - self._card.pos()
        self._insertion: Insertion | None = None
        self._card.setOpacity(_GHOST)
        self._hand = CardItem()
        self._hand.show(self._card.face, Look(selected=True, focused=True, lifted=True))
        self._hand.setZValue(2)
        self._hand.setOpacity(_HAND)
        scene.addItem(self._hand)

    def move_to(self, point: QPointF) -> None:
        """Take the card to *point* and show where it would land; its own place needs no marker."""
        self._hand.setPos(point - self._hold)
        insertion = self._scene.arrangement.insertion_at(point)
        here = self._document.architecture.index(self._uid)
        self._insertion = None if insertion.position in (here, here + 1) else insertion
        self._scene.show_insertion(self._insertion)

    def drop(self) -> None:
        """Move the layer where it was shown."""
        self.cancel()
        if self._insertion is not None:
            self._document.move(self._uid, self._insertion.position)

    def cancel(self) -> None:
        """Put the card back."""
        self._scene.removeItem(self._hand)
        self._card.setOpacity(1.0)
        self._scene.show_insertion(None)


Gesture = LayerDrop | CardDrag
