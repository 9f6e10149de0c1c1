"""The walk of a view over its places, or through its stages, picture by picture."""

from collections.abc import Sequence
from typing import TypeVar

from PySide6.QtWidgets import QWidget

from cnn_gui.lens.backward.stage_bar import StageBar
from cnn_gui.lens.plane_box import PlaneBox
from cnn_gui.lens.recording import Steps
from cnn_gui.lens.step.transport import Transport
from cnn_gui.plots.mosaic_canvas import MosaicCanvas
from cnn_gui.plots.moving_grid import MovingGrid
from cnn_gui.plots.pager import Pager

MOST = 200  # frames; of a longer walk every second place is shown, or every third
_MOVES, _STILL = 8, 1600  # frames of a motion, and ms for which a stage stands still
_MOVE = 60  # ms a frame

_STEPS = {"page_previous": -1, "page_next": 1}
_ENDS = ("page_first", "page_last")
_PAGES = {"turn_back": -1, "turn_on": 1}
_CHANNELS = {"channel_previous": -1, "channel_next": 1}

Part = TypeVar("Part", Transport, StageBar, PlaneBox, Pager)


def walks(view: QWidget) -> bool:
    """Return whether the view has places or stages to walk through."""
    return _seen(view, Transport) is not None or _seen(view, StageBar) is not None


def go(view: QWidget, name: str) -> None:
    """Do one of the commands of a page: on the player of the view, else on its channel, else on its choice of maps."""
    walker, channel = _seen(view, StageBar) or _seen(view, Transport), _seen(view, PlaneBox)
    if name in _PAGES:
        if (pager := _seen(view, Pager)) is not None:
            pager.turn(_PAGES[name])
    elif name == "page_play":
        if walker is not None:
            walker.toggle()
    elif walker is not None and name not in _CHANNELS:
        walker.step(_steps(name, walker.place, walker.count))
    elif channel is not None:
        first, last = channel.minimum(), channel.maximum()
        by = _CHANNELS.get(name) or _steps(name, channel.value() - first, last - first + 1)
        channel.stepBy(by)
    elif (maps := _maps(view)) is not None:
        _go_on(maps, name)


def _go_on(maps: MosaicCanvas, name: str) -> None:
    """Select another of some maps."""
    if name in _ENDS and maps.tiles is not None:
        maps.select(0 if name == "page_first" else len(maps.tiles.values) - 1)
    else:
        maps.select_neighbour(-_CHANNELS.get(name, 0), _STEPS.get(name, 0))


def _steps(name: str, place: int, count: int) -> int:
    """Return how far a command goes from one of *count* places."""
    return _STEPS[name] if name in _STEPS else -place if name == "page_first" else count - 1 - place


def _maps(view: QWidget) -> MosaicCanvas | None:
    """Return the maps of the view of which a person can choose one."""
    found: list[MosaicCanvas] = view.findChildren(MosaicCanvas)
    selects = (each for each in found if each.isVisibleTo(view) and each.selects)
    return next(selects, None)


def walk(view: QWidget, stages: Sequence[int] | None = None) -> Steps:
    """Take the view from place to place, and yield for how many ms each is to be seen; then it is as it was.

    Where there are no places, or where *stages* says which, it goes from stage to stage.
    """
    transport, bar = _seen(view, Transport), _seen(view, StageBar)
    if transport is not None and stages is None:
        yield from _places(transport)
    elif bar is not None:
        grids = [grid for grid in view.findChildren(MovingGrid) if grid is not None]
        yield from _stages(bar, range(bar.tabs.count()) if stages is None else stages, grids)


def _places(transport: Transport) -> Steps:
    before, playing = transport.place, transport.playing
    try:
        for place in range(0, transport.count, -(-transport.count // MOST)):
            transport.step(place - transport.place)
            yield transport.period
    finally:
        transport.step(before - transport.place)
        if playing:
            transport.toggle()


def _stages(bar: StageBar, stages: Sequence[int], grids: list[MovingGrid]) -> Steps:
    before, playing = bar.stage, bar.playing
    try:
        for stage in stages:
            bar.step(stage - bar.stage)
            yield from _motion(grids)
            yield _STILL
    finally:
        bar.step(before - bar.stage)
        for grid in grids:
            grid.stand()
        if playing:
            bar.toggle()


def _motion(grids: list[MovingGrid]) -> Steps:
    """Hold what moves at one share of its way after another."""
    moving = [grid for grid in grids if grid.moving]
    for n in range(_MOVES if moving else 0):
        for grid in moving:
            grid.hold(n / _MOVES)
        yield _MOVE
    for grid in moving:
        grid.stand()


def _seen(view: QWidget, kind: type[Part]) -> Part | None:
    found: list[Part] = view.findChildren(kind)
    return next((part for part in found if part.isVisibleTo(view)), None)
