"""Images in rows, each with two lines below it; pages where they do not all fit."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.plots.gallery_canvas import GalleryCanvas, Thumb
from cnn_gui.plots.pager import Pager


class Gallery(QWidget):
    """Pages of thumbnails; those of the page on show alone are made.

    Signals:
        chosen(int): a person chose the image of that number.
        opened(int): a person double-clicked it, or pressed Enter on it.

    Thread: GUI.
    """

    chosen = Signal(int)
    opened = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.canvas, self.pager = GalleryCanvas(), Pager()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE[0])
        column.addWidget(self.canvas, 1)
        column.addWidget(self.pager, 0, Qt.AlignmentFlag.AlignHCenter)
        self.canvas.chosen.connect(self.chosen)
        self.canvas.opened.connect(self.opened)
        self.canvas.paged.connect(self.pager.show_page)
        self.pager.turned.connect(self.canvas.turn)

    def show_images(
        self, numbers: Sequence[int], make: Callable[[int], Thumb], empty: str = "", widest: str = ""
    ) -> None:
        """Show images.

        Args:
            numbers: of the images, in their order.
            make: gives each of them.
            empty: is said where there are none.
            widest: a caption that is no narrower than any; the tiles are made for it.
        """
        self.canvas.show_images(numbers, make, empty, widest)

    def show_chosen(self, number: int | None) -> None:
        """Put a ring around the image of that number; None: around none."""
        self.canvas.show_chosen(number)
