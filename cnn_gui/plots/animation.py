"""Pictures one after another as one file."""

from collections.abc import Sequence
from io import BytesIO
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QImage

if TYPE_CHECKING:  # else only who saves an animation waits for Pillow
    from PIL.Image import Image

FORMATS = {"gif": "GIF", "apng": "PNG"}  # by suffix
_STAYS = 255  # the colour of what stays as it was; the others come before it
_OVER = 1  # blend: a frame goes on top of those before it


class Animation:
    """Frames of one size with a palette that they share, so that what does not move costs nothing."""

    def __init__(self, samples: Sequence[QImage]) -> None:
        """The colours are those of the *samples*, or the nearest ones."""
        from PIL import Image

        width, height = samples[0].width(), samples[0].height()
        sheet = Image.new("RGB", (width, height * len(samples)))
        for n, sample in enumerate(samples):
            sheet.paste(_to_pillow(sample), (0, n * height))
        self._palette = sheet.quantize(_STAYS, dither=Image.Dither.NONE)
        self._frames: list[Image.Image] = []
        self._durations: list[int] = []

    def add(self, image: QImage, duration: int) -> None:
        """Add a frame that is to be seen for *duration* ms."""
        from PIL import Image

        self._frames.append(_to_pillow(image).quantize(palette=self._palette, dither=Image.Dither.NONE))
        self._durations.append(duration)

    def encoded(self, suffix: str) -> bytes:
        """Return the file; *suffix* is one of FORMATS."""
        frames, stream, how = self._frames, BytesIO(), {}
        if suffix == "apng":  # for a GIF Pillow itself leaves out what stays
            frames, how = self._changes(), {"transparency": _STAYS, "blend": _OVER, "optimize": True}
        first, *others = frames
        durations = {"duration": self._durations, "loop": 0}
        first.save(stream, FORMATS[suffix], save_all=True, append_images=others, **durations, **how)
        return stream.getvalue()

    def _changes(self) -> "list[Image]":
        """Return the frames with what is as in the one before in the colour _STAYS."""
        pixels = [np.asarray(frame) for frame in self._frames]
        changes = (np.where(before == after, np.uint8(_STAYS), after) for before, after in pairwise(pixels))
        return [self._with_stays(each) for each in (pixels[0], *changes)]

    def _with_stays(self, pixels: npt.NDArray[np.uint8]) -> "Image":
        """Return pixels (H, W) with a palette that reaches up to _STAYS."""
        from PIL import Image

        image = Image.frombytes("P", self._frames[0].size, pixels.tobytes())
        colours, whole = self._frames[0].getpalette() or [], 3 * (_STAYS + 1)
        image.putpalette(colours + [0] * (whole - len(colours)))
        return image


def _to_pillow(image: QImage) -> "Image":
    """Return a copy of an image of format RGB32."""
    from PIL import Image

    size = image.width(), image.height()
    return Image.frombytes("RGB", size, bytes(image.constBits()), "raw", "BGRX", image.bytesPerLine())
