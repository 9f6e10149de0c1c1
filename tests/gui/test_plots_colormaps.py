"""Colours mean numbers: zero in the middle, both halves alike, and apart for the colour-blind too."""

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cnn_gui import theme
from cnn_gui.draw.preview import NetworkInputView
from cnn_gui.lens.picture import Picture
from cnn_gui.plots.colormaps import BAD, LEVELS, ZERO, ColorMap, signed_levels, table
from cnn_gui.plots.gallery_canvas import GalleryCanvas, Thumb
from cnn_gui.plots.levels import HOLD, SteadyLimit
from cnn_gui.plots.overlay_view import Overlay, OverlayView
from cnn_gui.plots.pictures import to_image, to_indices, to_pixels
from cnn_gui.plots.thumbnail import photograph, thumbnail

SIGNED = (ColorMap.ACTIVATIONS, ColorMap.WEIGHTS, ColorMap.GRADIENTS)
# Machado, Oliveira and Fernandes, "A physiologically-based model for simulation of color vision deficiency", 2009:
# severity 1.0, on linear RGB.
BLINDNESS = {
    "nobody": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
}
# Ottosson, "A perceptual color space for image processing", 2020.
TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def linear(colours: np.ndarray) -> np.ndarray:
    share = colours[:, :3] / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def oklab(light: np.ndarray) -> np.ndarray:
    return np.cbrt(light.clip(0) @ TO_CONES.T) @ TO_LAB.T


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("colormap", SIGNED)
class TestThatADivergingTable:
    def test_is_neutral_at_zero_white_in_light_and_near_black_in_dark(self, colormap: ColorMap, dark: bool) -> None:
        zero = table(colormap, dark)[ZERO, :3]
        assert len(set(zero.tolist())) == 1
        assert zero[0] < 40 if dark else zero[0] == 255

    def test_has_the_same_lightness_on_both_sides_which_only_goes_one_way(self, colormap: ColorMap, dark: bool) -> None:
        lightness = oklab(linear(table(colormap, dark)[:LEVELS]))[:, 0]
        assert np.abs(lightness - lightness[::-1]).max() < 0.012  # half a step of 8 bits here and there
        steps = np.diff(lightness[ZERO:]) * (1 if dark else -1)
        assert steps.min() > -0.005
        assert abs(lightness[-1] - lightness[ZERO]) > 0.5

    @pytest.mark.parametrize("vision", BLINDNESS)
    def test_keeps_the_signs_apart_whoever_looks(self, colormap: ColorMap, dark: bool, vision: str) -> None:
        seen = oklab(linear(table(colormap, dark)[:LEVELS]) @ np.transpose(BLINDNESS[vision]))
        apart = np.linalg.norm(seen - seen[::-1], axis=1)
        assert apart[ZERO + ZERO // 4 :].min() > 0.055  # from a quarter of the range; 0.02 is just noticeable


def test_that_the_colour_of_bad_values_is_in_no_table() -> None:
    for colormap in ColorMap:
        for dark in (False, True):
            entries = table(colormap, dark).astype(int)
            assert np.abs(entries[:LEVELS, :3] - entries[BAD, :3]).max(axis=1).min() > 60


def test_that_ink_runs_from_paper_to_text() -> None:
    for scheme in (theme.LIGHT, theme.DARK):
        first, last = (f"#{bytes(table(ColorMap.INK, scheme.dark)[i, :3]).hex().upper()}" for i in (0, LEVELS - 1))
        assert (first, last) == (scheme.surface, scheme.text)


@pytest.mark.parametrize("dark", [False, True])
class TestThatTheTableOfCounts:
    def test_has_one_hue_and_goes_one_way_from_few_to_many(self, dark: bool) -> None:
        lab = oklab(linear(table(ColorMap.COUNTS, dark)[1:LEVELS]))
        assert (np.diff(lab[:, 0]) * (1 if dark else -1)).min() > -0.005
        assert abs(lab[-1, 0] - lab[0, 0]) > 0.5
        assert np.ptp(np.degrees(np.arctan2(lab[:, 2], lab[:, 1]))) < 25

    @pytest.mark.parametrize("vision", BLINDNESS)
    def test_sets_never_apart_from_any_number(self, dark: bool, vision: str) -> None:
        never, *counts = oklab(linear(table(ColorMap.COUNTS, dark)[:LEVELS]) @ np.transpose(BLINDNESS[vision]))
        assert np.linalg.norm(np.array(counts) - never, axis=1).min() > 0.06

    def test_colours_a_count_as_zero_only_where_it_is(self, dark: bool) -> None:
        entries = to_indices(np.array([0, 1, 4096.0]), ColorMap.COUNTS, 4096).tolist()
        assert entries == [0, 1, LEVELS - 1]


def test_that_tables_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        table(ColorMap.INK, False)[0] = 0


def test_that_signed_levels_are_the_largest_finite_magnitude() -> None:
    assert signed_levels(np.array([-3.0, 2.0])) == 3
    assert signed_levels(np.array([np.nan, np.inf, -0.5, -np.inf])) == 0.5
    for nothing in (np.zeros(4), np.array([]), np.array([np.nan])):
        assert signed_levels(nothing) == 1


def test_that_values_become_the_entries_they_stand_for() -> None:
    values = np.array([-2, -1, -0.5, 0, 0.5, 1, 2, np.nan, np.inf, -np.inf], np.float32)
    entries = to_indices(values, ColorMap.WEIGHTS, 1.0).tolist()
    assert entries[:7] == [0, 0, round(ZERO / 2), ZERO, round(ZERO * 1.5), LEVELS - 1, LEVELS - 1]
    assert entries[7:] == [BAD] * 3
    assert to_indices(np.array([0, 0.5, 1, 2, -1.0]), ColorMap.INK).tolist() == [0, ZERO, LEVELS - 1, LEVELS - 1, 0]


@pytest.mark.parametrize("size", [1e-40, 1e-30, 1.0, 1e38])
def test_that_tiny_and_huge_values_are_coloured_without_overflow(size: float) -> None:
    values = np.array([-size, 0, size], np.float32)
    assert to_indices(values, ColorMap.ACTIVATIONS, signed_levels(values)).tolist() == [0, ZERO, LEVELS - 1]


def test_that_a_limit_beyond_what_the_values_can_hold_is_their_largest() -> None:
    values = np.array([-3.3e38, 0, 3.3e38], np.float32)  # 4e38 is the next round number
    assert to_indices(values, ColorMap.ACTIVATIONS, 4e38).tolist() == [4, ZERO, LEVELS - 5]


def test_that_a_picture_has_the_colours_of_the_table() -> None:
    image = to_image(to_pixels(np.array([[-1, 0, 1.0]]), ColorMap.GRADIENTS, 1.0, False))
    shown = [image.pixelColor(x, 0).getRgb()[:3] for x in range(3)]
    assert shown == [tuple(table(ColorMap.GRADIENTS, False)[i, :3]) for i in (0, ZERO, LEVELS - 1)]


def test_that_three_channels_are_seen_as_red_green_and_blue() -> None:
    image = np.array([1.0, 0.5, 0.0], np.float32)[:, None, None] * np.ones((3, 2, 2), np.float32)
    assert photograph(image).pixelColor(1, 1).getRgb() == (255, 128, 0, 255)


def test_that_a_grey_image_is_as_light_as_its_pixels_in_every_scheme() -> None:
    image = photograph(np.array([[[0.0, 0.25, 0.5, 1.0]]], np.float32))
    shown = [image.pixelColor(x, 0).getRgb()[:3] for x in range(4)]
    assert all(red == green == blue for red, green, blue in shown)
    assert [grey for grey, _, _ in shown] == pytest.approx([0, 64, 128, 255], abs=1)
    assert (table(ColorMap.GREY, dark=True) == table(ColorMap.GREY, dark=False)).all()


@pytest.mark.parametrize("scheme", [theme.LIGHT, theme.DARK])
def test_that_no_widget_shows_an_image_as_its_negative(
    qtbot: QtBot, qapp: QApplication, scheme: theme.Tokens, request: pytest.FixtureRequest
) -> None:
    """The image is dark at the left and light at the right, wherever and in whatever scheme it is shown."""
    request.addfinalizer(lambda: theme.apply(qapp, theme.LIGHT))
    theme.apply(qapp, scheme)
    image = np.full((1, 8, 8), 0.2, np.float32)
    image[..., 4:] = 0.8
    picture, gallery, overlay, seen = Picture(), GalleryCanvas(), OverlayView(), NetworkInputView()
    picture.show_image(image, "image")
    gallery.show_images([0], lambda _: Thumb(image, "", "", ""), "", "")
    nothing = np.full((8, 8), np.nan)
    overlay.show_grid(Overlay(nothing, ColorMap.ACTIVATIONS, 1.0, image=image, strength=0.0))
    seen.set_image(image)
    for widget in (picture, gallery, overlay, seen):
        qtbot.addWidget(widget)
        if widget is not picture:
            widget.resize(120, 160)
        shown = widget.grab().toImage()
        names = [(shown.pixelColor(x, y).name(), x) for x in range(shown.width()) for y in range(shown.height())]
        dark, light = ([x for name, x in names if name == grey] for grey in ("#333333", "#cccccc"))
        assert min(len(dark), len(light)) >= 32, type(widget)
        assert max(dark) < min(light), type(widget)


def test_that_a_thumbnail_fills_its_square_and_shows_each_map() -> None:
    maps = np.stack([np.full((5, 5), value) for value in (-1.0, 0.0, 1.0, 0.5)])
    image = thumbnail(maps, 56, ColorMap.ACTIVATIONS, dark=False)
    assert image.width() == image.height() == 51  # two tiles of 5 x 5 pixels, one pixel between them
    entries = [tuple(table(ColorMap.ACTIVATIONS, False)[i, :3]) for i in (0, ZERO, LEVELS - 1)]
    assert [image.pixelColor(x, y).getRgb()[:3] for x, y in ((2, 2), (30, 2), (2, 30))] == entries


def test_that_maps_that_do_not_fit_a_thumbnail_shrink_until_all_do() -> None:
    maps = np.stack([np.full((28, 28), value) for value in (-1.0, 0.0, 1.0, 0.0, 0.0, -1.0)])
    image = thumbnail(maps, 56, ColorMap.ACTIVATIONS, dark=False)
    assert (image.width(), image.height()) == (56, 37)  # 3 x 2 maps of 28 pixels and the lines between them
    low, zero, high = (tuple(table(ColorMap.ACTIVATIONS, False)[i, :3]) for i in (0, ZERO, LEVELS - 1))
    corners = [image.pixelColor(x, y).getRgb()[:3] for x, y in ((5, 5), (28, 5), (50, 5), (50, 30))]
    assert corners == [low, zero, high, low]


class TestThatASteadyLimit:
    def test_grows_at_once_to_a_round_number(self) -> None:
        limit = SteadyLimit()
        assert [limit.follow(value) for value in (0.93, 1.0, 1.01, 37.0)] == [1.0, 1.0, 1.2, 40.0]

    def test_shrinks_only_after_staying_below_half_for_long(self) -> None:
        limit = SteadyLimit()
        limit.follow(10)
        assert {limit.follow(4.9) for _ in range(HOLD - 1)} == {10}
        assert limit.follow(6) == 10
        assert {limit.follow(4.9) for _ in range(HOLD - 1)} == {10}
        assert limit.follow(4.9) == 5

    def test_begins_anew_after_a_reset(self) -> None:
        limit = SteadyLimit()
        limit.follow(10)
        limit.reset()
        assert limit.follow(0.1) == 0.1
