"""What the words of the field mean that stand on pages and pictures: a sentence or two each."""

from collections.abc import Iterable, Mapping
from html import escape

from PySide6.QtCore import QCoreApplication


def words() -> Mapping[str, str]:
    """Return the meaning of each word, in alphabetical order."""
    return dict(sorted(_words().items(), key=lambda entry: entry[0].casefold()))


def tooltip(text: str, terms: Iterable[str] = ()) -> str:
    """Return *text* and below it what *terms* mean, as HTML: only that is broken into lines."""
    known = _words()
    lines = [f"<b>{escape(term)}</b>: {escape(known[term])}" for term in terms]
    return "".join(f"<p>{line}</p>" for line in filter(None, (escape(text), *lines)))


def table(terms: Iterable[str], text: str = "") -> str:
    """Return *text* and below it what *terms* mean, as an HTML table."""
    known = _words()
    cells = ((f"<b>{escape(term)}</b>".replace(" ", "&nbsp;"), escape(known[term])) for term in terms)
    rows = (f"<tr><td>{term}</td><td style='padding: 0 0 8px 16px'>{meaning}</td></tr>" for term, meaning in cells)
    above = f"<table><tr><td style='padding: 0 0 12px 0'>{escape(text)}</td></tr></table>" if text else ""
    return f"{above}<table>{''.join(rows)}</table>"


def _words() -> dict[str, str]:
    return {
        "bias": _tr("A learned number that is added to every value of a map, or to the sum of a unit."),
        "col2im": _tr(
            "Columns to image, the reverse of im2col: the gradient of each patch is added to the "
            "pixels that the patch was copied from."
        ),
        "contribution": _tr(
            "What one part adds to a sum: a value times its weight adds to a unit, an input channel "
            "to an output map, and, traced through all layers, a pixel to a logit. All contributions "
            "and the bias add up to the result."
        ),
        "cross-correlation": _tr(
            "What a convolution layer computes: the kernel slides over the input without being "
            "rotated, and at each position the products with the values under it are added up."
        ),
        "dC/db": _tr("How the loss C changes with each bias b."),
        "dC/dO": _tr("How the loss C changes with each output O of the layer: the gradient that reaches the "
        "layer."),
        "dC/dW": _tr("How the loss C changes with each weight W. The optimizer moves the weights against it."),
        "dC/dX": _tr("How the loss C changes with each input X of the layer: the gradient that the layer "
        "passes back."),
        "filter": _tr("The kernels, one for each input channel, that together make one output map."),
        "full convolution": _tr(
            "A cross-correlation with the kernel rotated by 180°, over an input with KH − 1 and KW − "
            "1 zeros around it, so that every cell of the kernel meets every value. It carries the "
            "gradient back to the input."
        ),
        "Grad-CAM": _tr(
            "Gradient-weighted class activation map: the sum of a layer's maps, each weighted by the "
            "mean gradient of the logit over it. It shows where the layer finds evidence for a class."
        ),
        "gradient": _tr(
            "How a result changes when a number grows a little: its slope. Where it is 0, a small "
            "change of the number has no effect."
        ),
        "gradient check": _tr(
            "A slope can also be measured: change a number a little in both directions and compute "
            "the loss again. The gradient that backward computes must agree."
        ),
        "im2col": _tr(
            "Image to columns: each patch under the kernel is written as a column of a matrix, so "
            "that the whole convolution is one matrix product."
        ),
        "kernel": _tr(
            "A small grid of learned weights. It slides over a map, and at each position its "
            "products with the values under it are added up."
        ),
        "logit": _tr(
            "The score of a class before softmax turns the scores into probabilities. It can be any "
            "number; the class with the highest is predicted."
        ),
        "loss": _tr("C: one number that says how wrong the prediction is. Training minimises it."),
        "mask": _tr("A factor for each value: 0 for the values that dropout drops."),
        "mini-batch": _tr("The images of one training step, which follows the mean of their gradients."),
        "moment": _tr("What an optimizer remembers of earlier gradients: a running mean of them, or of their squares."),
        "nat": _tr(
            "The unit of a loss that is a natural logarithm: 0 means that the actual class has "
            "probability 100 %, 0.69 means 50 %."
        ),
        "occlusion": _tr(
            "A patch covers the image at one position after another. Where the logit drops most, the "
            "prediction depends on what was covered."
        ),
        "padding": _tr(
            "Rows and columns added around the input, so that windows reach its edge: zeros for a "
            "convolution and for a mean; max and min never select them."
        ),
        "precision": _tr("Of the images that are predicted as a class, the fraction that belongs to it."),
        "read count": _tr(
            "How many windows of the layer read a pixel. A pixel that none reads cannot affect the "
            "output, and its gradient is 0."
        ),
        "recall": _tr("Of the images of a class, the fraction that is predicted as it."),
        "row lowering": _tr(
            "How this engine lays out the input: whole rows are copied, once for each column of the "
            "kernel, and each window is a part of these copies. It needs less memory than im2col."
        ),
        "softmax": _tr("Turns logits into probabilities: exp(z) of each, divided by the sum over all classes."),
        "stride": _tr("How many pixels a window moves from one position to the next."),
        "window": _tr("The part of the input that one value of the output is computed from."),
    }  # fmt: skip


def _tr(text: str) -> str:
    return QCoreApplication.translate("glossary", text)
