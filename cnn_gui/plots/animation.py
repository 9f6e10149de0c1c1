"""Pictures one after another as one file."""

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

if TYPE_CHECKING:  # else only who saves an animation waits for Pillow
    from PIL.Image import Image

FORMATS = {"gif": "GIF", "apng": "PNG"}  # by suffix
_COLOURS = 255  # and one for what stays as it was


class Animation:
    """Frames of one size with a palette that they share, so that what does not move costs nothing."""

    def __init__(self, samples: Sequence[QImage]) -> None:
        """The colours are those of the *samples*, or the nearest ones."""
        from PIL import Image

        width, height = samples[0].width(), samples[0].height()
        sheet = Image.new("RGB", (width, height * len(samples)))
        for n, sample in enumerate(samples):
            sheet.paste(_to_pillow(sample), (0, n * height))
        self._palette = sheet.quantize(_COLOURS, dither=Image.Dither.NONE)
        self._frames: list[Image.Image] = []
        self._durations: list[int] = []

    def add(self, image: QImage, duration: int) -> None:
        """Add a frame that is to be seen for *duration* ms."""
        from PIL import Image

        self._frames.append(_to_pillow(image).quantize(palette=self._palette, dither=Image.Dither.NONE))
        self._durations.append(duration)

    def encoded(self, suffix: str) -> bytes:
        """Return the file; *suffix* is one of FORMATS."""
        first, *others = self._frames
        stream = BytesIO()
        first.save(stream, FORMATS[suffix], save_all=True, append_images=others, duration=self._durations, loop=0)
        return stream.getvalue()


def _to_pillow(image: QImage) -> "Image":
    """Return a copy of an image of format RGB32."""
    from PIL import Image

    size = image.width(), image.height()
    return Image.frombytes("RGB", size, bytes(image.constBits()), "raw", "BGRX", image.bytesPerLine())
