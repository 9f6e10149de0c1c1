"""The icons are one family and can be drawn in any colour."""

import xml.etree.ElementTree as ElementTree

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor

import resources
from cnn_gui import theme
from engine import registry

FOLDER = resources.path("icons")
APPLICATION = "app"  # in colour, for the desktop
CONTROLS = {"check-dark", "check-light", "chevron-down", "chevron-up"}  # for the style sheet, which cannot colour them
FAMILY = sorted(path.stem for path in FOLDER.glob("*.svg") if path.stem not in {APPLICATION, *CONTROLS})


@pytest.mark.parametrize("name", FAMILY)
def test_that_an_icon_is_drawn_with_the_stroke_of_the_family(name: str) -> None:
    root = ElementTree.fromstring((FOLDER / f"{name}.svg").read_text(encoding="utf-8"))
    expected = {
        "viewBox": "0 0 24 24", "fill": "none", "stroke": "currentColor", "stroke-width": "1.75",
        "stroke-linecap": "round", "stroke-linejoin": "round",
    }  # fmt: skip
    assert root.attrib == expected
    assert not any("stroke" in part.attrib or "fill" in part.attrib for part in root.iter() if part is not root)


@pytest.mark.parametrize("name", FAMILY)
@pytest.mark.parametrize("size", [16, 48])
def test_that_an_icon_takes_its_colour_and_stays_clear_of_its_edges(qapp, name: str, size: int) -> None:
    image = theme.icon(name, "#ff0000").pixmap(QSize(size, size), 1.0).toImage()
    pixels = [image.pixelColor(x, y) for x in range(size) for y in range(size)]
    assert max(pixel.alpha() for pixel in pixels) > 200
    assert {QColor(pixel.rgb()).name() for pixel in pixels if pixel.alpha() == 255} <= {"#ff0000"}
    corners = [image.pixelColor(x, y) for x in (0, size - 1) for y in (0, size - 1)]
    assert max(corner.alpha() for corner in corners) < 128


def test_that_no_two_layer_types_look_the_same() -> None:
    drawings = [(FOLDER / f"{kind.name}.svg").read_text(encoding="utf-8") for kind in registry.all_types()]
    assert len(set(drawings)) == len(drawings)


def test_that_the_application_has_an_icon(qapp) -> None:
    assert (FOLDER / f"{APPLICATION}.svg").exists()
