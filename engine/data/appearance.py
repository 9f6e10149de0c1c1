"""How the images of a data set look: what a network that learned from them expects to read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.data.digits import box_of, fit_strokes, fit_strokes_on_sheet, normalise_digit, stroke_widths, whole_sheet
from engine.errors import BadInputError
from engine.layer import Array, Shape

MNIST_STROKES = 1.76, 3.75  # px: nine tenths of the bundled training digits lie between
_MOST_IMAGES, _MOST_VALUES = 1000, 2**22  # that are looked at
_NEAR = 0.1  # brightness: what differs from the paper by no more is paper
_ALONG_BORDER = 0.7  # share of the pixels along the images' borders that are paper, where there is one
_TWO_GROUPS = 0.85  # share of the variance of brightness that two groups explain, where there are paper and ink
_ALIKE = 0.8  # share of the images that must agree on where the ink lies
_THICKEST = 0.25  # share of the box's side: what is thicker is no stroke of a pen
_LEVELS = 64


class Placing(StrEnum):
    """Where the ink lies on the paper."""

    MASS = "mass"  # scaled to a box, its centre of mass in the middle, as MNIST has it
    BOX = "box"  # scaled to a box that lies in the middle
    FREE = "free"  # anywhere, of any size
    PHOTO = "photo"  # there is no ink: the images are photographs


@dataclass(frozen=True, slots=True)
class Appearance:
    """What the images of a data set have in common.

    Attributes:
        paper: brightness in [0, 1] of what surrounds the ink, or the thing that is shown, for each channel; None
            where images reach to their borders, as most photographs do.
        ink: brightness of full ink for each channel; of drawings on photographs, which have none, what stands out.
        placing: where the ink lies.
        box: px that its longer side has, where the placing is MASS or BOX.
        strokes: px, from the thinnest to the thickest usual ones; None where ink is not the strokes of a pen.
    """

    paper: tuple[float, ...] | None
    ink: tuple[float, ...]
    placing: Placing
    box: int
    strokes: tuple[float, float] | None

    @classmethod
    def of(cls, images: npt.NDArray[np.uint8]) -> "Appearance":
        """Return that of *images* (N, C, H, W), the training images of a data set; N may be 0."""
        return _measured(_some(images))

    @classmethod
    def of_mnist(cls, shape: Shape) -> "Appearance":
        """Return MNIST's in images of *shape* (C, H, W): light ink on black."""
        channels, height, width = shape
        box = box_of((height, width))
        strokes = round(MNIST_STROKES[0] * box / 20, 2), round(MNIST_STROKES[1] * box / 20, 2)
        return cls((0.0,) * channels, (1.0,) * channels, Placing.MASS, box, strokes)

    @classmethod
    def of_photographs(cls, shape: Shape) -> "Appearance":
        """Return that of photographs of *shape* (C, H, W)."""
        return cls(None, (1.0,) * shape[0], Placing.PHOTO, box_of((shape[1], shape[2])), None)

    @classmethod
    def assumed(cls, shape: Shape) -> "Appearance":
        """Return the likeliest where nothing but the *shape* (C, H, W) is known: colour photographs or grey digits."""
        return cls.of_photographs(shape) if shape[0] == 3 else cls.of_mnist(shape)

    @property
    def drawn(self) -> bool:
        """Whether the images show ink on paper."""
        return self.placing is not Placing.PHOTO

    @property
    def light_paper(self) -> bool:
        """Whether ink is darker than the paper."""
        return sum(self.sheet) > sum(self.ink)

    @property
    def sheet(self) -> tuple[float, ...]:
        """The brightness of the paper for each channel; black where there is none."""
        return self.paper or (0.0,) * len(self.ink)

    @property
    def kind(self) -> str:
        """What the images show, for a sentence: 'light ink on dark paper'."""
        if not self.drawn:
            return "photographs"
        return "dark ink on light paper" if self.light_paper else "light ink on dark paper"

    def remarks(self, learned: "Appearance | None") -> tuple[str, ...]:
        """Return what there is to say of such images for a network that has *learned* from images that look so."""
        if learned is None or learned.kind == self.kind:
            return ()
        return (
            f"The images are {self.kind}, where those that the network learned from were {learned.kind}; train it on"
            " these before it is used on them.",
        )

    def painted(self, ink: Array) -> Array:
        """Return *ink* (H, W) in [0, 1] as an image (C, H, W): y = paper + ink (full ink - paper)."""
        sheet, full = (np.array(levels, np.float32)[:, None, None] for levels in (self.sheet, self.ink))
        image: Array = sheet + ink[None] * (full - sheet)
        return image

    def placed(self, ink: Array, shape: tuple[int, int], ready: bool = False) -> Array:
        """Return *ink* (H, W) of any size as the images have theirs, (height, width) of *shape*.

        Args:
            ready: strokes are thick enough, and thin enough, already.
        """
        strokes = None if ready else self.strokes
        if self.placing in (Placing.FREE, Placing.PHOTO):
            scale = min(shape[0] / ink.shape[0], shape[1] / ink.shape[1])
            longer = max(1, round(max(ink.shape) * scale))
            return whole_sheet(fit_strokes_on_sheet(ink, longer, *strokes) if strokes else ink, shape)
        box = min(self.box, *shape)
        fitted = fit_strokes(ink, box, *strokes) if strokes else ink
        return normalise_digit(fitted, shape, box, self.placing is Placing.MASS)

    def to_dict(self) -> dict[str, Any]:
        """Return it in the form of a project file."""
        paper = None if self.paper is None else list(self.paper)
        return {
            "paper": paper,
            "ink": list(self.ink),
            "placing": self.placing.value,
            "box": self.box,
            "strokes": None if self.strokes is None else list(self.strokes),
        }

    @classmethod
    def from_dict(cls, values: Any, shape: Shape) -> "Appearance":
        """Return what ``to_dict`` wrote, of images of *shape* (C, H, W); raises BadInputError where it is not that."""
        try:
            paper, ink, strokes = values["paper"], values["ink"], values["strokes"]
            read = cls(
                None if paper is None else _numbers(paper, shape[0], 0, 1),
                _numbers(ink, shape[0], 0, 1),
                Placing(values["placing"]),
                int(_numbers([values["box"]], 1, 1, min(shape[1:]))[0]),
                None if strokes is None else _pair(_numbers(strokes, 2, 0, max(shape))),
            )
        except (KeyError, TypeError, ValueError) as error:
            text = "its description of the images' appearance is damaged; open a copy of the file."
            raise BadInputError(text) from error
        return read


def _numbers(values: Any, count: int, low: float, high: float) -> tuple[float, ...]:
    """Return *values* as so many numbers; raises ValueError where they are not numbers from *low* to *high*."""
    right = isinstance(values, list) and len(values) == count
    if not right or not all(type(value) in (int, float) and low <= value <= high for value in values):
        raise ValueError(f"{values!r}")
    return tuple(map(float, values))


def _pair(values: tuple[float, ...]) -> tuple[float, float]:
    if values[0] > values[1]:
        raise ValueError(f"{values!r}")
    return values[0], values[1]


def _some(images: npt.NDArray[np.uint8]) -> Array:
    """Return images from all over *images* (N, C, H, W), as many as are looked at, in [0, 1]."""
    count = min(len(images), _MOST_IMAGES, max(1, _MOST_VALUES // max(1, images[:1].size)))
    chosen = images[np.linspace(0, len(images) - 1, count).astype(int)] if count else images
    return np.multiply(chosen, np.float32(1 / 255), dtype=np.float32)


def _measured(images: Array) -> Appearance:
    """Return the appearance of *images* (N, C, H, W) in [0, 1]."""
    shape = images.shape[1:]
    photographs = Appearance.of_photographs(shape)
    if not images.size:
        return photographs
    paper = _paper(images)
    if paper is None:
        return photographs
    away = images - paper[:, None, None]
    ink = _full_ink(away) + paper
    amount = _amount(away, ink - paper)
    levels = _levels(paper)
    if amount is None:
        against = (float(paper.mean() < 0.5),) * len(paper)
        return replace(photographs, paper=levels, ink=against)
    placing, box = _placing(amount)
    return Appearance(levels, _levels(ink), placing, box, _strokes(amount[amount.any(axis=(1, 2))], box))


def _paper(images: Array) -> Array | None:
    """Return the brightness (C,) of what most of the borders show; None where they do not show one thing."""
    rows, columns = images[:, :, [0, -1]], images[:, :, 1:-1, [0, -1]]
    border = np.concatenate([each.reshape(*each.shape[:2], -1) for each in (rows, columns)], axis=2)
    paper: Array = np.median(border, axis=(0, 2))
    near = (np.abs(border - paper[:, None]) <= _NEAR).all(axis=1).mean()
    return paper if near >= _ALONG_BORDER else None


def _full_ink(away: Array) -> Array:
    """Return by how much full ink is brighter than the paper (C,), where images (N, C, H, W) differ from it by *away*.

    Of each image the pixel counts that is farthest from the paper, and of the images a strong one.
    """
    n, channels = away.shape[:2]
    flat = away.reshape(n, channels, -1)
    farthest = np.abs(flat).sum(axis=1).argmax(axis=1)
    strongest = flat[np.arange(n), :, farthest]  # (N, C)
    up = strongest.mean(axis=0) >= 0
    full: Array = np.where(up, np.quantile(strongest, 0.95, axis=0), np.quantile(strongest, 0.05, axis=0))
    return full.astype(np.float32)


def _amount(away: Array, full: Array) -> Array | None:
    """Return how much ink is on each pixel (N, H, W); None where images are not of one ink and paper.

    Those are, in which two groups of brightness explain nearly all, and in which colours lie between the two.
    """
    length = float((full**2).sum())
    if length < _NEAR**2:
        return None
    amount = np.einsum("nchw,c->nhw", away, full) / np.float32(length)
    beside = np.abs(away - amount[:, None] * full[:, None, None]).max(axis=1)
    inked = amount > _NEAR
    if inked.any() and beside[inked].mean() > _NEAR:
        return None
    amount = amount.clip(0, 1)
    return amount if np.median(_explained(amount)) >= _TWO_GROUPS else None


def _explained(amount: Array) -> Array:
    """Return the share of the variance of each of *amount* (N, H, W) that the best two groups explain.

    Source: Otsu, "A Threshold Selection Method from Gray-Level Histograms" (1979).
    """
    n, levels = len(amount), np.arange(_LEVELS) / (_LEVELS - 1)
    cells = np.rint(amount.reshape(n, -1) * (_LEVELS - 1)).astype(np.intp) + _LEVELS * np.arange(n)[:, None]
    shares = np.bincount(cells.ravel(), minlength=_LEVELS * n).reshape(n, _LEVELS) / cells.shape[1]
    mean = shares @ levels
    variance = shares @ levels**2 - mean**2
    below, sums = np.cumsum(shares, axis=1)[:, :-1], np.cumsum(shares * levels, axis=1)[:, :-1]
    parts = below * (1 - below)
    between = (mean[:, None] * below - sums) ** 2 / np.where(parts > 1e-9, parts, np.inf)
    explained: Array = between.max(axis=1) / np.where(variance > 1e-9, variance, np.inf)
    return explained


def _placing(amount: Array) -> tuple[Placing, int]:
    """Return where the ink (N, H, W) lies, and the longer side of its box in px."""
    amount = amount[(amount > _NEAR).any(axis=(1, 2))]
    height, width = amount.shape[1:]
    sides, middles = zip(*(_extent(amount > _NEAR, axis) for axis in (2, 1)), strict=True)
    longer = np.maximum(*sides)
    median = round(float(np.median(longer)))
    if (np.abs(longer - median) <= 1.5).mean() < _ALIKE:
        return Placing.FREE, box_of((height, width))
    box, mass = min(median, height, width), amount.sum(axis=(1, 2))
    rows, columns = amount.sum(axis=2) @ np.arange(height) / mass, amount.sum(axis=1) @ np.arange(width) / mass
    if _are_near((rows, columns), (height // 2, width // 2)):
        return Placing.MASS, box
    boxed = _are_near(middles, ((height - 1) / 2, (width - 1) / 2))
    return Placing.BOX if boxed else Placing.FREE, box


def _are_near(centres: Sequence[Array], middle: tuple[float, float]) -> bool:
    """Return whether *centres*, rows (N,) and columns (N,), are nearly all within a pixel of *middle*."""
    down, across = (np.abs(centre - place) <= 1 for centre, place in zip(centres, middle, strict=True))
    return bool((down & across).mean() >= _ALIKE)


def _extent(inked: npt.NDArray[np.bool_], across: int) -> tuple[Array, Array]:
    """Return the side (N,) of the box around what is *inked* (N, H, W), and its middle, along the axis not *across*."""
    lines = np.asarray(inked.any(axis=across))
    first, last = lines.argmax(axis=1), lines.shape[1] - 1 - lines[:, ::-1].argmax(axis=1)
    return last - first + 1, (first + last) / 2


def _strokes(amount: Array, box: int) -> tuple[float, float] | None:
    """Return how thick the strokes (N, H, W) usually are, px; None where these are no strokes."""
    least, most = np.quantile(stroke_widths(amount), (0.05, 0.95))
    return (round(float(least), 2), round(float(most), 2)) if most <= _THICKEST * box else None


def _levels(values: Array) -> tuple[float, ...]:
    return tuple(round(float(value), 4) for value in values.clip(0, 1))
