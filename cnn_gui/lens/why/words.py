"""What the maps and sums of a prediction say, in sentences with their numbers."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QCoreApplication

from cnn_gui.lens.why.question import Answer, Kind, Question
from cnn_gui.plots import addition
from cnn_gui.plots.grid import Cell
from cnn_gui.plots.text import number
from engine.trace.contributions import Contributions

DECIMALS = 2
MOST_LAYERS = 3  # whose biases are told


def kind_names() -> tuple[str, ...]:
    """Return what each kind is called, in the order of ``Kind``."""
    return _tr("Contributions"), _tr("Gradient"), _tr("Grad-CAM"), _tr("Occlusion")


def map_title(kind: Kind, name: str) -> str:
    """Return what the map of class *name* is of."""
    titles = {
        Kind.CONTRIBUTIONS: _tr("contribution to the logit of {0}"),
        Kind.GRADIENT: _tr("d logit of {0} / d pixel"),
        Kind.GRAD_CAM: _tr("Grad-CAM of {0}"),
        Kind.OCCLUSION: _tr("drop of the logit of {0} when covered"),
    }
    return titles[kind].format(name)


def meaning(question: Question, name: str, layer: str) -> str:
    """Return what the map of class *name* tells; *layer*: Grad-CAM's."""
    sentences = {
        Kind.CONTRIBUTIONS: _tr(
            "Red pixels speak for {0}, blue ones against it; all of them and the biases add up to its logit. A blank"
            " pixel adds nothing."
        ),
        Kind.GRADIENT: _tr(
            "How steeply the logit of {0} grows with each pixel, blank ones too: where it is orange, a lighter"
            " pixel would speak for {0}; where it is purple, against it."
        ),
        Kind.GRAD_CAM: _tr(
            "Where the maps of {1} speak for {0}: max(0, Σ α · map), with α the mean slope of the logit over each map."
        ),
        Kind.OCCLUSION: _tr("Red where the logit of {0} drops when the patch covers that place, blue where it grows."),
    }
    channels = _tr("Channels are added up.") if len(question.image) > 1 and question.kind < Kind.GRAD_CAM else ""
    return " ".join(filter(None, (sentences[question.kind].format(name, layer), channels)))


def strongest(answer: Answer, name: str) -> str:
    """Return what speaks most for class *name* and what most against it, each with its place and its value."""
    texts = (
        (_tr("strongest for it {0} at {1}"), _tr("nothing for it")),
        (_tr("strongest against it {0} at {1}"), _tr("nothing against it")),
    )
    parts = [
        nothing if cell is None else text.format(_signed(float(answer.found[cell])), _place(answer, *cell))
        for cell, (text, nothing) in zip(answer.extremes, texts, strict=True)
    ]
    return _tr("{0}: {1}; {2}.").format(name, *parts)


def covering(answer: Answer, name: str, squeezed: bool) -> str:
    """Return what covering the strongest place does to the logit of class *name*, and to its probability."""
    question, found = answer.question, answer.covered
    assert found is not None
    place = np.unravel_index(found.logit.argmax(), found.logit.shape)
    logit, output = float(found.logit[place]), float(question.trace.layers[-1].output[question.chosen])
    if not squeezed:
        return _tr("Covering the strongest place lowers the logit of {1} by {0}.").format(number(logit, 3), name)
    text = _tr(
        "Covering the strongest place lowers the logit by {0}; with the other logits, {1} goes "
        "from {2:.1f} % to {3:.1f} %."
    )
    return text.format(number(logit, 3), name, 100 * output, 100 * (output - float(found.output[place])))


def reader_of(answer: Answer) -> Callable[[Cell], str] | None:
    """Return what tells of a pixel which product its contribution is; None where it is no single product."""
    image = answer.question.image
    if answer.question.kind is not Kind.CONTRIBUTIONS or len(image) > 1:
        return None

    def told(cell: Cell) -> str:
        pixel, value = float(image[0][cell]), float(answer.values[cell])
        where = _tr("({0}, {1})").format(*cell)
        if not pixel:
            return _tr("{0}: pixel 0, adds nothing").format(where)
        slope = addition.in_brackets(number(value / pixel))
        return _tr("{0}: pixel {1} × {2} = {3}").format(where, number(pixel), slope, number(value))

    return told


def _place(answer: Answer, row: int, column: int) -> str:
    if answer.covered is None:
        return _tr("row {0}, column {1}").format(row, column)
    rows, cols = answer.covered.part((row, column))
    return _tr("rows {0} to {1}, columns {2} to {3}").format(rows.start, rows.stop - 1, cols.start, cols.stop - 1)


def _signed(value: float) -> str:
    return ("+" if value > 0 else "") + number(value, 3)


def comparison(kind: Kind, name: str, other: str) -> str:
    """Return what the colours over the image mean while class *name* is compared with class *other*."""
    sentences = {
        Kind.CONTRIBUTIONS: _tr(
            "Over the image: {0} − {1}. Red pixels speak for {0} rather than {1}, blue ones for {1}; all of them and"
            " the biases add up to the lead of {0}."
        ),
        Kind.GRADIENT: _tr(
            "Over the image: {0} − {1}. Where it is orange, a lighter pixel would speak for {0} rather than {1}; where"
            " it is purple, for {1}."
        ),
        Kind.GRAD_CAM: _tr("Over the image: {0} − {1}. Red where the maps speak more for {0}, blue where for {1}."),
        Kind.OCCLUSION: _tr(
            "Over the image: {0} − {1}. Red where covering takes more from {0} than from {1}, blue where less."
        ),
    }
    return sentences[kind].format(name, other)


def lead(found: Contributions, other: Contributions, name: str, other_name: str) -> str:
    """Return how far the logit of class *name* is ahead of another, and how that adds up from pixels and biases."""
    (_, _, pixels, logit), (_, _, pixels_2, logit_2) = ends(found), ends(other)
    ahead, by_pixels = logit - logit_2, pixels - pixels_2
    text = _tr("Logit of {0}: {1}, of {2}: {3}. {0} is ahead by {1} − {4} = {5} = {6} from pixels + {7} from biases.")
    numbers = _fixed(ahead), _fixed(by_pixels), _bracketed(ahead - by_pixels)
    return text.format(name, _fixed(logit), other_name, _fixed(logit_2), _bracketed(logit_2), *numbers)


def logit(value: float, output: float, name: str, squeezed: bool) -> str:
    """Return the logit of class *name*, and its probability where *squeezed*: where the output is one."""
    text = _tr("Logit of {0}: {1}").format(name, _fixed(value))
    return text + (_tr(", probability {0:.2f} %.").format(100 * output) if squeezed else ".")


def logits(value: float, other: float, name: str, other_name: str) -> str:
    """Return how far the logit of class *name* is ahead of that of another."""
    first, second = (round(each, DECIMALS) for each in (value, other))
    text = _tr("Logit of {0}: {1}. {2} is ahead of {0} by {3} − {4} = {5}.")
    return text.format(other_name, _fixed(second), name, _fixed(first), _bracketed(second), _fixed(first - second))


def total(found: Contributions) -> str:
    """Return how a logit adds up."""
    _, positive, pixels, logit = (_fixed(end) for end in ends(found))
    against, biases = (after - before for before, after in [*pairwise(ends(found))][1:])
    text = _tr("It adds up to the logit: {0} = {1} + {2}, from pixels ({3} − {4}) and biases.")
    return text.format(logit, pixels, _bracketed(biases), positive, _fixed(-against))


def ends(found: Contributions) -> tuple[float, ...]:
    """Return where the sum begins, and where it is after the pixels for the class, those against it, and the biases.

    Ends are rounded and not the parts between them, so that the parts on show add up on show.
    """
    pixels = found.positive + found.negative
    return tuple(round(end, DECIMALS) for end in (0.0, found.positive, pixels, found.logit))


def of_layers(found: Contributions, titles: Sequence[str]) -> str:
    """Return what the layers add by themselves, the ones that add most and the rest, which add up as they are shown."""
    pairs = zip(titles, found.biases, strict=True)
    own = sorted(((title, bias) for title, bias in pairs if bias), key=lambda e: -abs(e[1]))
    if not own:
        return _tr("No layer adds a bias of its own.")
    shown = [f"{title} {_fixed(bias)}" for title, bias in own[:MOST_LAYERS]]
    if (others := len(own) - MOST_LAYERS) > 0:
        *_, pixels, logit = ends(found)
        rest = logit - pixels - sum(round(bias, DECIMALS) for _, bias in own[:MOST_LAYERS])
        shown.append(_tr("the other {0}: {1}").format(others, _fixed(rest)))
    return _tr("Biases: {0}").format(", ".join(shown))


def _fixed(value: float) -> str:
    return f"{round(value, DECIMALS) or 0:.{DECIMALS}f}".replace("-", "−")


def _bracketed(value: float) -> str:
    return f"({_fixed(value)})" if value < 0 else _fixed(value)


def _tr(text: str) -> str:
    return QCoreApplication.translate("why", text)
