"""The problems of a chain, each told below the card that has it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QGraphicsScene

from cnn_gui import theme
from cnn_gui.editor.arrangement import Arrangement, Grid
from cnn_gui.editor.callout import WIDEST, CalloutItem
from engine.mends import Mend
from engine.shapes import Problem

_STEM = theme.SPACE[1]  # px between a card and its callout
_STEM_FROM_LEFT = theme.SPACE[4]  # px


class Callouts:
    """One callout for each card with a problem, by the card's slot."""

    def __init__(self, scene: QGraphicsScene) -> None:
        self._scene = scene
        self.items: dict[int, CalloutItem] = {}

    def show(
        self, problems: Mapping[int, Problem], grid: Grid, mends: Mapping[int, Sequence[Mend]] | None = None
    ) -> dict[int, float]:
        """Show *problems* with their *mends*, by slot, and return the px that they need below each row of *grid*."""
        for slot in self.items.keys() - problems.keys():
            self._scene.removeItem(self.items.pop(slot))
        below: dict[int, float] = defaultdict(float)
        for slot, problem in problems.items():
            if slot not in self.items:
                self.items[slot] = CalloutItem()
                self._scene.addItem(self.items[slot])
            width = min(WIDEST, grid.right - grid.left)
            below[slot // grid.columns] += _STEM + self.items[slot].show(problem, width, (mends or {}).get(slot, ()))
        return below

    def mend_at(self, point: QPointF) -> Mend | None:
        """Return the mend whose button is at *point* of the scene; None where there is none."""
        return next(filter(None, (item.mend_at(point) for item in self.items.values())), None)

    def place(self, arrangement: Arrangement) -> None:
        """Put the callouts below their cards; two in one row go below one another."""
        used: dict[int, float] = defaultdict(float)
        for slot, item in sorted(self.items.items(), reverse=True):
            card, row = arrangement.slots[slot], slot // arrangement.grid.columns
            left = min(card.left(), arrangement.grid.right - item.width)
            item.setPos(left, card.bottom() + used[row] + _STEM)
            item.lead_to(QPointF(card.left() + _STEM_FROM_LEFT, card.bottom()))
            used[row] += _STEM + item.height
