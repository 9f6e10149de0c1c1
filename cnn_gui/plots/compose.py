"""One picture from many tiles, pixel for pixel as the screen shows it.

The picture holds colours, not table entries: Qt would convert an indexed image each time that it is painted, on threads
that compete with training. Measured for 664 x 472 pixels: 0.04 ms to paint colours, 0.4 to 1.2 ms to paint entries.
"""

import numpy as np
import numpy.typing as npt

from cnn_gui.plots.pictures import Pixels
from cnn_gui.plots.tiling import Tiling

_RULED_FROM = 12  # times the frame: cells at least so large are parted by lines
_NOTHING = 0  # transparent


def compose(cells: Pixels, shown: npt.NDArray[np.bool_], tiling: Tiling, line: int) -> Pixels:
    """Return the page (height, width) with each cell blown up to its size.

    Args:
        cells: (rows, columns, H, W) colours, in the grid and with the tiles of *tiling*.
        shown: (rows, columns), False where the page has no tile.
        tiling: the sizes.
        line: colour of the frames and of the lines between cells.
    """
    (rows, columns), (down, across), (height, width) = tiling.grid, tiling.pitch, tiling.outer
    page = np.full((rows * down, columns * across), _NOTHING, np.uint32)
    tiles = page.reshape(rows, down, columns, across)
    framed = tiles[:, :height, :, :width]
    framed[...] = line
    inside = framed[:, tiling.border : height - tiling.border, :, tiling.border : width - tiling.border]
    inside[...] = cells.transpose(0, 2, 1, 3).repeat(tiling.scale[1], 3).repeat(tiling.scale[0], 1)
    if tiling.border and min(tiling.scale) >= _RULED_FROM * tiling.border:
        inside[:, tiling.scale[0] :: tiling.scale[0]] = line
        inside[:, :, :, tiling.scale[1] :: tiling.scale[1]] = line
    tiles.transpose(0, 2, 1, 3)[~shown] = _NOTHING
    return page[: tiling.size[0], : tiling.size[1]]
