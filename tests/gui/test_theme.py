"""The two schemes: readable, complete, and told apart by the palette alone."""

import re

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QLabel

import resources
from cnn_gui import theme
from engine import registry

SCHEMES = [pytest.param(theme.LIGHT, id="light"), pytest.param(theme.DARK, id="dark")]
COLOURS = ("window", "surface", "raised", "line", "text", "muted", "accent", "on_accent", "good", "warning", "bad")


@pytest.fixture(autouse=True)
def light_again(qapp: QApplication):
    yield
    theme.apply(qapp, theme.LIGHT)


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of WCAG 2.1, 1 to 21."""
    shades = sorted(map(luminance, (one, other)))
    return (shades[1] + 0.05) / (shades[0] + 0.05)


def luminance(colour: str) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue, _ = QColor(colour).getRgbF()
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    ("ink", "grounds"),
    [
        *((ink, ("window", "surface", "raised")) for ink in ("text", "muted", "accent")),
        *((ink, ("window", "surface")) for ink in ("good", "warning", "bad")),
    ],
)
def test_that_text_can_be_read_on_every_ground_that_it_stands_on(scheme, ink, grounds):
    assert min(contrast(getattr(scheme, ink), getattr(scheme, ground)) for ground in grounds) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
def test_that_text_on_the_accent_can_be_read(scheme):
    assert contrast(scheme.on_accent, scheme.accent) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
def test_that_each_category_of_layers_has_a_stripe_that_stands_out_from_its_card(scheme):
    assert {kind.category for kind in registry.all_types()} <= scheme.category.keys()
    assert len(set(scheme.category.values())) == len(scheme.category)
    for colour in scheme.category.values():
        assert contrast(colour, scheme.surface) >= 3


@pytest.mark.parametrize("scheme", SCHEMES)
def test_that_a_widget_knows_the_scheme_from_its_palette(qapp, qtbot, scheme):
    theme.apply(qapp, scheme)
    label = QLabel("x")
    qtbot.addWidget(label)
    assert theme.tokens(label.palette()) is scheme
    label.setStyleSheet("background: transparent")
    label.ensurePolished()
    assert theme.tokens(label.palette()) is scheme


@pytest.mark.parametrize("scheme", SCHEMES)
def test_that_the_palette_has_the_schemes_colours(qapp, scheme):
    theme.apply(qapp, scheme)
    role = QPalette.ColorRole
    for name, colour in ((role.Window, scheme.window), (role.Base, scheme.surface), (role.WindowText, scheme.text)):
        assert qapp.palette().color(name).name().upper() == colour
    disabled = qapp.palette().color(QPalette.ColorGroup.Disabled, role.WindowText)
    assert disabled.name().upper() == scheme.muted


@pytest.mark.parametrize("scheme", SCHEMES)
def test_that_the_style_sheet_names_only_colours_of_the_scheme_and_files_that_exist(qapp, scheme):
    theme.apply(qapp, scheme)
    sheet = qapp.styleSheet()
    assert "%(" not in sheet
    known = {getattr(scheme, name) for name in COLOURS}
    assert set(re.findall(r"#[0-9A-Fa-f]{6}\b", sheet)) <= known
    for file in re.findall(r'url\("([^"]+)"\)', sheet):
        assert resources.path("icons", file.rsplit("/", 1)[1]).is_file(), file


@pytest.mark.parametrize(
    ("asked", "scheme"),
    [(Qt.ColorScheme.Dark, theme.DARK), (Qt.ColorScheme.Light, theme.LIGHT), (Qt.ColorScheme.Unknown, theme.LIGHT)],
)
def test_that_the_desktops_wish_is_followed_and_light_is_what_it_gets_otherwise(qapp, monkeypatch, asked, scheme):
    class Hints:
        def colorScheme(self) -> Qt.ColorScheme:
            return asked

    monkeypatch.setattr(theme.QGuiApplication, "styleHints", lambda: Hints())
    assert theme.system_tokens() is scheme


@pytest.mark.parametrize("size", [16, 24, 48])
def test_that_an_icon_is_drawn_in_its_colour_alone(qapp, size):
    image, wanted = theme.icon("play", "#DC2626").pixmap(size).toImage(), QColor("#DC2626")
    drawn = [colour for x in range(size) for y in range(size) if (colour := image.pixelColor(x, y)).alpha() > 127]
    assert len(drawn) >= size
    assert all(abs(c.red() - wanted.red()) < 4 and abs(c.green() - wanted.green()) < 4 for c in drawn)


def test_that_an_icon_that_does_not_exist_is_an_error(qapp):
    with pytest.raises(FileNotFoundError):
        theme.icon("no-such-icon", "#000000")
