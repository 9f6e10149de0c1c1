"""The main job as a person does it: a real window on an X screen, a real mouse, a real keyboard."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.files.project import Project, open_project
from tests.helpers import strokes
from tests.helpers.screen import wait
from tests.helpers.visitor import Visitor, at_application

pytestmark = [pytest.mark.screen, pytest.mark.slow, pytest.mark.timeout(400)]

LAYERS = (
    ("Convolution", {"filters": 8, "kernel_size": 5, "padding": 2}),
    ("ReLU", {}),
    ("Pooling", {}),
    ("Flatten", {}),
    ("Dense", {"units": 10}),
    ("Softmax", {}),
)
SETTINGS = {"epochs": 3, "batch_size": 32, "learning_rate": 0.002}
PALETTE, NETWORK, FORM, TRAINING = (
    ("widget", path) for path in ("palette_view.layers", "canvas", "form", "settings_panel")
)
TRAIN = ("widget", "run_bar.play_button")


@pytest.fixture
def visitor(tmp_path: Path) -> Iterator[Visitor]:
    with at_application(tmp_path) as someone:
        yield someone


def begin_anew(visitor: Visitor) -> None:
    visitor.click("tab", 0)
    visitor.screen.press("ctrl+n")
    wait(lambda: "no layers" in visitor.see("widget", "run_bar.status").text, what="an empty network")


def drag_in(visitor: Visitor, label: str, position: int) -> None:
    """Drag a layer from the palette to a place in the chain; it is then the selected one."""
    start = visitor.find("layer", label, within=PALETTE).middle
    visitor.screen.drag(start, visitor.find("gap", position, within=NETWORK).middle)
    wait(lambda: f"{label}, layer {position + 1} of" in visitor.see(*NETWORK).text, what=f"{label} has landed")


def build(visitor: Visitor) -> None:
    for position, (label, settings) in enumerate(LAYERS):
        drag_in(visitor, label, position)
        for name, value in settings.items():
            visitor.fill("field", name, within=FORM, text=str(value))


def train(visitor: Visitor) -> None:
    """Press Train, and let the run come to its end."""
    visitor.click(*TRAIN)
    wait(lambda: visitor.see(*TRAIN).text == "Pause", what="the run has begun")
    wait(lambda: "Epoch 1:" in visitor.see("widget", "test_figures").text, 120, what="an epoch is over")
    visitor.picture("training")
    wait(lambda: visitor.see(*TRAIN).text == "Train", 240, what="the run is over")


def answer_to(visitor: Visitor, drawing: strokes.Drawing) -> str:
    """Draw on clean paper, and return the class with the longest bar."""
    empty = visitor.see("widget", "draw.bars").text
    visitor.draw(stroke.points for stroke in drawing.strokes)
    wait(lambda: visitor.see("widget", "draw.bars").text != empty, what="an answer to the drawing")
    rows = [row.removesuffix(" %").split(": ") for row in visitor.see("widget", "draw.bars").text.split(", ")]
    visitor.picture(f"drawn-{drawing.name}")
    visitor.click("widget", "draw.tools.clear_button")
    wait(lambda: visitor.see("widget", "draw.bars").text == empty, what="clean paper")
    return max(rows, key=lambda row: float(row[1]))[0]


def save(visitor: Visitor, path: Path) -> Project:
    """Save by the dialog, and return what the file holds."""
    visitor.screen.press("ctrl+s")
    wait(lambda: visitor.ask("dialog") == "Save project", what="the dialog")
    visitor.screen.press("ctrl+a")
    visitor.screen.write(str(path))
    visitor.screen.press("Return")
    wait(path.exists, what="the file")
    wait(lambda: visitor.ask("dialog") is None, what="the dialog is gone")
    return open_project(path)


def test_the_main_job_on_a_real_screen(visitor: Visitor, tmp_path: Path) -> None:
    begin_anew(visitor)
    build(visitor)
    for name, value in SETTINGS.items():
        visitor.fill("setting", name, within=TRAINING, text=str(value))
    visitor.picture("built")
    train(visitor)
    some = [next(d for d in strokes.load() if d.digit == digit) for digit in (0, 1, 2, 3, 6, 7)]
    right = sum(answer_to(visitor, drawing) == str(drawing.digit) for drawing in some)

    project = save(visitor, tmp_path / "mine.cnn")
    assert [spec.type.label for spec in project.architecture.layers] == [label for label, _ in LAYERS]
    for spec, (_, settings) in zip(project.architecture.layers, LAYERS, strict=True):
        for name, value in settings.items():
            assert getattr(spec.config, name) in (value, (value, value))
    assert {name: getattr(project.settings, name) for name in SETTINGS} == SETTINGS

    history = project.history
    assert len(history.epochs) == SETTINGS["epochs"] and history.steps == history.epochs[-1].step > 0
    assert history.loss[history.steps - 20 : history.steps].mean() < 0.25 * history.loss[:20].mean()
    assert history.epochs[-1].test_accuracy > 0.9
    assert f"{history.epochs[-1].test_accuracy:.2%} right" in visitor.see("widget", "test_figures").text
    assert right >= 4

    visitor.click("card", 0)  # without a window manager, keys find the window again by a click
    visitor.screen.press("ctrl+q")  # nothing is unsaved, so nothing is asked
    assert visitor.process.wait(30) == 0


def test_that_a_card_is_moved_by_the_mouse_and_brought_back_by_a_key(visitor: Visitor) -> None:
    visitor.screen.drag(visitor.see("card", 0).middle, visitor.see("gap", 2).middle)
    wait(lambda: "Convolution, layer 2 of 13" in visitor.see(*NETWORK).text, what="the card has moved")
    visitor.screen.press("ctrl+z")
    wait(lambda: "Convolution, layer 1 of 13" in visitor.see(*NETWORK).text, what="the card is back")


def test_that_a_layer_dropped_beside_the_network_changes_nothing(visitor: Visitor) -> None:
    before = visitor.see(*NETWORK).text
    start = visitor.find("layer", "ReLU", within=PALETTE).middle
    visitor.screen.drag(start, visitor.see(*NETWORK).middle, visitor.see("widget", "curves").middle)
    visitor.click("card", 0)
    assert visitor.see(*NETWORK).text == before and "of 13" in before
