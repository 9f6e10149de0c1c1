"""The microscope on any network: each view of each layer can be painted, touched and left, and shows its numbers."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from PySide6.QtCore import QRectF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from cnn_gui.lens.frame import layer_title
from cnn_gui.lens.view import LayerView
from cnn_gui.lens.views.convolution import ConvolutionView
from cnn_gui.lens.views.matrix import MatrixPage
from cnn_gui.lens.views.weights import WeightsView
from cnn_gui.plots.grid_view import GridView
from engine.layers.activation import SigmoidConfig
from engine.layers.batch_norm import BatchNormConfig
from engine.layers.conv import Conv2DConfig
from engine.layers.dense import DenseConfig
from engine.layers.flatten import FlattenConfig
from engine.layers.pool import Pool2DConfig
from engine.layers.pool_global import GlobalAveragePoolConfig
from engine.layers.softmax import SoftmaxConfig
from tests.helpers import claims, fingers, networks
from tests.helpers.desk import LARGE, SMALL, Desk, watched
from tests.helpers.networks import Network

WITHIN = 1.0  # px that a picture may stand out of its widget: the pen of its frame
PHASES = [phase for phase in Phase if phase not in (Phase.shrink, Phase.explain)]  # which would take minutes
ANY_TIME = {"deadline": None, "suppress_health_check": [*HealthCheck], "phases": PHASES}
END = DenseConfig(2), SoftmaxConfig()
EDITED_END = GlobalAveragePoolConfig(), *END


def look_everywhere(desk: Desk, most_layers: int | None = None) -> None:
    """Look at each view of each layer, or of the first ones."""
    for layer, spec in enumerate(desk.document.architecture.layers[:most_layers]):
        desk.select(layer)
        assert desk.microscope.head.heading.text() == layer_title(desk.document.architecture, spec)
        for view in desk.views():
            look(desk, view)


def look(desk: Desk, view: LayerView) -> None:
    """Paint, check, touch, check and leave a view, large and small."""
    check(desk, view)
    fingers.touch(view)
    check(desk, view)
    desk.microscope.resize(*SMALL)
    fingers.settle()
    check(desk, view)
    desk.microscope.resize(*LARGE)
    leave(desk, view)


def check(desk: Desk, view: LayerView) -> None:
    """Compare what is on show with the trace, and paint it."""
    desk.renew()
    assert desk.microscope.view is view
    assert not view.grab().isNull()
    for picture in fingers.seen(view, GridView):
        assert_placed(picture)
    layer = desk.frame.layer_trace
    assert layer is not None and layer.spec.uid == desk.document.selected
    claims.assert_kept(view, layer)


def assert_placed(picture: GridView) -> None:
    """Assert that a picture lies in its widget."""
    place = picture.placement
    if place is None:
        return
    room = QRectF(picture.rect()).adjusted(-WITHIN, -WITHIN, WITHIN, WITHIN)
    assert 0 < place.side < float("inf")
    assert room.contains(place.rect), (picture.accessibleName(), picture.size(), place)


def leave(desk: Desk, view: LayerView) -> None:
    """Press Esc until it leads out: a level each time."""
    desk.left = 0
    for level in range(depth(view), -1, -1):
        assert depth(view) == level and not desk.left
        QTest.keyClick(desk.microscope, Qt.Key.Key_Escape)
    assert desk.left == 1


def depth(view: LayerView) -> int:
    """Return how many levels below its top a view is."""
    if isinstance(view, ConvolutionView):
        return int(view.steps.isVisible())
    if isinstance(view, MatrixPage):
        return int(view.board.held)
    return int(isinstance(view, WeightsView) and view.mosaic.canvas.selected >= 0)


EXTREMES = {
    "512 filters": networks.of(Conv2DConfig(512), GlobalAveragePoolConfig(), *END),
    "512 channels and filters": networks.of(
        Conv2DConfig(512), Conv2DConfig(512, (1, 1)), GlobalAveragePoolConfig(), *END
    ),
    "an image of 512 channels": networks.of(Conv2DConfig(2, (2, 2)), FlattenConfig(), *END, shape=(512, 4, 5)),
    "128 x 128 pixels": networks.of(
        Conv2DConfig(4, (5, 5), (1, 1), "same"), GlobalAveragePoolConfig(), *END, shape=(1, 128, 128)
    ),
    "128 x 128 pixels, pooled": networks.of(
        Pool2DConfig(), BatchNormConfig(), FlattenConfig(), *END, shape=(1, 128, 128)
    ),
    "128 x 3 pixels": networks.of(
        Conv2DConfig(3, (5, 2), (2, 1), "full", (3, 1)), Pool2DConfig("mean", (9, 1), (2, 2), "same"), FlattenConfig(),
        *END, shape=(2, 128, 3),
    ),
    "3 x 128 pixels": networks.of(BatchNormConfig(), FlattenConfig(), *END, shape=(2, 3, 128)),
    "stride 8": networks.of(
        Conv2DConfig(2, (3, 3), (8, 8)), Pool2DConfig("min", (1, 2), (8, 3)), FlattenConfig(), *END, shape=(1, 37, 30)
    ),
    "one pixel": networks.of(
        Conv2DConfig(3, (1, 1)), Pool2DConfig("mean", (1, 1), (1, 1)), BatchNormConfig(), FlattenConfig(), *END,
        shape=(3, 1, 1),
    ),
    "each channel for itself": networks.of(
        Conv2DConfig(6, (2, 3), dilation=(1, 2), groups=3), FlattenConfig(), *END, shape=(3, 5, 9)
    ),
    "numbers that ran away": networks.of(
        Conv2DConfig(2, (2, 2), (2, 1)), BatchNormConfig(), FlattenConfig(), *END, shape=(2, 5, 4), weights="run away"
    ),
    "100 classes": networks.of(FlattenConfig(), DenseConfig(100), SoftmaxConfig(), classes=100),
    "no softmax": networks.of(FlattenConfig(), DenseConfig(3), classes=3, loss="mean squared error"),
    "one class, a sigmoid and a squared error": networks.of(
        FlattenConfig(), DenseConfig(1), SigmoidConfig(), classes=1, loss="mean squared error"
    ),
}  # fmt: skip
LONG = ("512 channels and filters", "an image of 512 channels", "128 x 128 pixels, pooled")


@pytest.mark.parametrize("name", [pytest.param(name, marks=[pytest.mark.slow] * (name in LONG)) for name in EXTREMES])
def test_that_each_view_of_an_extreme_network_can_be_seen_and_touched(qtbot: QtBot, qtlog, name: str) -> None:  # type: ignore[no-untyped-def]
    network = EXTREMES[name]
    with watched(qtbot, qtlog, network) as desk:
        look_everywhere(desk, -len(END) if network.layers[-1].config == END[-1] and network.classes == 2 else None)


def test_that_views_follow_edits_and_wait_for_an_image(qtbot: QtBot, qtlog) -> None:  # type: ignore[no-untyped-def]
    network = networks.of(Conv2DConfig(4, (3, 2), groups=2), *EDITED_END, shape=(2, 9, 8))
    with watched(qtbot, qtlog, network) as desk:
        desk.select(0)
        for view in desk.views():
            fingers.touch(view)  # to the last filter, channel and place
            for config in (Conv2DConfig(1, (1, 1), (8, 8)), Conv2DConfig(2, (2, 3), padding="full")):
                desk.document.configure(desk.document.selected, config)
                desk.sample = None
                desk.renew()
                now, said = desk.microscope.view, desk.microscope.notice.text + desk.microscope.stack.message.text()
                assert (now is None or not now.needs_numbers) and "no image" in said
                desk.sample = desk.test_image()
                check(desk, view)
            desk.document.undo_stack.setIndex(1)
            check(desk, view)


@settings(max_examples=2, **ANY_TIME)
@given(network=networks.networks(most_layers=3))
def test_that_each_view_of_any_network_can_be_seen_and_touched(qtbot: QtBot, qtlog, network: Network) -> None:  # type: ignore[no-untyped-def]
    with watched(qtbot, qtlog, network) as desk:
        look_everywhere(desk)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@settings(max_examples=100, **ANY_TIME)
@given(network=networks.networks(most_layers=5, largest=9))
def test_that_each_view_of_many_networks_can_be_seen_and_touched(qtbot: QtBot, qtlog, network: Network) -> None:  # type: ignore[no-untyped-def]
    with watched(qtbot, qtlog, network) as desk:
        look_everywhere(desk)
