"""What the maps and sums of a prediction say, in sentences with their numbers."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QCoreApplication

from cnn_gui.lens.why.question import Kind, Question
from cnn_gui.plots.text import number
from engine.layer import Array
from engine.trace.contributions import Contributions
from engine.trace.occlusion import Occlusion

DECIMALS = 2
MOST_LAYERS = 3  # whose biases are told


def kind_names() -> tuple[str, ...]:
    """Return what each kind is called, in the order of ``Kind``."""
    return _tr("Contributions"), _tr("Gradient"), _tr("Grad-CAM"), _tr("Occlusion")


def map_title(kind: Kind, name: str) -> str:
    """Return what the map of class *name* is of."""
    titles = {
        Kind.CONTRIBUTIONS: _tr("share in the logit of {0}"),
        Kind.GRADIENT: _tr("d logit of {0} / d pixel"),
        Kind.GRAD_CAM: _tr("Grad-CAM of {0}"),
        Kind.OCCLUSION: _tr("drop of the logit of {0} when covered"),
    }
    return titles[kind].format(name)


def meaning(question: Question, name: str, values: Array, layer: str) -> str:
    """Return what the map *values* (H, W) of class *name* tells, and its largest value; *layer*: Grad-CAM's."""
    sentences = {
        Kind.CONTRIBUTIONS: _tr(
            "Red pixels speak for {0}, blue ones against it; all of them and the biases add up to its logit. A blank"
            " pixel adds nothing."
        ),
        Kind.GRADIENT: _tr(
            "How steeply the logit of {0} grows with each pixel, blank ones too: where it is orange, more ink would"
            " speak for {0}; where it is purple, against it."
        ),
        Kind.GRAD_CAM: _tr(
            "Where the maps of {1} speak for {0}: max(0, Σ α · map), with α the mean slope of the logit over each map."
        ),
        Kind.OCCLUSION: _tr("Red where the logit of {0} drops when the patch covers that place, blue where it grows."),
    }
    most = _strongest(values) if question.kind is not Kind.OCCLUSION else ""
    channels = _tr("Channels are added up.") if len(question.image) > 1 and question.kind < Kind.GRAD_CAM else ""
    return " ".join(filter(None, (sentences[question.kind].format(name, layer), most, channels)))


def _strongest(values: Array) -> str:
    row, column = np.unravel_index(np.abs(np.nan_to_num(values)).argmax(), values.shape)
    value = number(float(values[row, column]), 3)
    return _tr("Strongest: {0} at row {1}, column {2}.").format(value, row, column)


def worst_place(question: Question, found: Occlusion, name: str, squeezed: bool) -> str:
    """Return where covering takes the most from class *name*, in logit and output."""
    place = np.unravel_index(found.logit.argmax(), found.logit.shape)
    logit, output = float(found.logit[place]), float(question.trace.layers[-1].output[question.chosen])
    left = output - float(found.output[place])
    if not squeezed:
        return _tr("The worst place takes {0} from the logit of {1}.").format(number(logit, 3), name)
    text = _tr("The worst place takes {0} from the logit; with the other logits, {1} goes from {2:.1f} % to {3:.1f} %.")
    return text.format(number(logit, 3), name, 100 * output, 100 * left)


def logit(value: float, output: float, name: str, squeezed: bool) -> str:
    """Return the logit of class *name*, and its probability where *squeezed*: where the output is one."""
    text = _tr("Logit of {0}: {1}").format(name, _fixed(value))
    return text + (_tr(", probability {0:.2f} %.").format(100 * output) if squeezed else ".")


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


def of_layers(biases: Sequence[float], titles: Sequence[str]) -> str:
    """Return what the layers add by themselves, the ones that add most."""
    own = sorted(((title, bias) for title, bias in zip(titles, biases, strict=True) if bias), key=lambda e: -abs(e[1]))
    if not own:
        return _tr("No layer adds anything by itself.")
    text = _tr("Largest biases: {0}") if len(own) > MOST_LAYERS else _tr("Biases: {0}")
    return text.format(", ".join(f"{title} {_fixed(bias)}" for title, bias in own[:MOST_LAYERS]))


def _fixed(value: float) -> str:
    return f"{round(value, DECIMALS) or 0:.{DECIMALS}f}".replace("-", "−")


def _bracketed(value: float) -> str:
    return f"({_fixed(value)})" if value < 0 else _fixed(value)


def _tr(text: str) -> str:
    return QCoreApplication.translate("why", text)
