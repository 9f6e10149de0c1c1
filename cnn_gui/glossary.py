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
            "Columns to image, the way back of im2col: the gradient of each patch is added to the pixels that the patch"
            " was copied from."
        ),
        "contribution": _tr(
            "A value times its weight: what it adds to a unit, or, followed through all layers, what a pixel adds to a"
            " logit."
        ),
        "cross-correlation": _tr(
            "What a convolution layer computes: the kernel slides over the input as it is, not rotated, and at each"
            " place the products with what lies under it are added up."
        ),
        "dC/db": _tr("How the loss C changes with each bias b."),
        "dC/dO": _tr("How the loss C changes with each output O of the layer: the gradient that comes to it."),
        "dC/dW": _tr("How the loss C changes with each weight W. The optimizer moves the weights against it."),
        "dC/dX": _tr("How the loss C changes with each input X of the layer: the gradient that it passes back."),
        "filter": _tr("The kernels that make one output map together, one for each input channel."),
        "full convolution": _tr(
            "A cross-correlation with the kernel rotated by 180°, over an input with KH − 1 and KW − 1 zeros around it,"
            " so that every cell of the kernel meets every value. It takes the gradient back to the input."
        ),
        "Grad-CAM": _tr(
            "Gradient-weighted class activation map: the maps of a layer added up, each as strongly as the logit grows"
            " with it. It shows where the layer sees what speaks for a class."
        ),
        "gradient": _tr(
            "How a result changes when a number grows a little: its slope. Where it is 0, the number does not matter."
        ),
        "gradient check": _tr(
            "A slope can be measured, too: move a number a little both ways and compute the loss again. What backward"
            " computes has to be the same."
        ),
        "im2col": _tr(
            "Image to columns: each patch under the kernel is written as a column of a matrix, so that the whole"
            " convolution is one product of matrices."
        ),
        "kernel": _tr(
            "A small grid of learned weights. It slides over a map, and at each place its products with what lies"
            " under it are added up."
        ),
        "logit": _tr(
            "The score of a class before softmax turns the scores into probabilities: any number; the highest wins."
        ),
        "loss": _tr("C, one number for how wrong the answer is. Training makes it smaller."),
        "mask": _tr("A factor for each value, 0 for those that dropout leaves out."),
        "mini-batch": _tr("The images of one step of training, which follows from the mean of their gradients."),
        "moment": _tr("What an optimizer remembers of earlier gradients: a running mean of them, or of their squares."),
        "nat": _tr(
            "The unit of a loss that is a natural logarithm: 0 is right and certain, 0.69 gives the right class 50 %."
        ),
        "occlusion": _tr(
            "A patch covers the image at one place after another. Where the logit drops most, the answer needs what"
            " was covered."
        ),
        "padding": _tr(
            "Rows and columns added around the input, so that windows reach its edge: zeros for a convolution and for a"
            " mean; they never win a max or a min."
        ),
        "precision": _tr("Of the images that are predicted as a class, how many are of that class."),
        "read count": _tr(
            "How many windows of the layer read a pixel. One that none reads cannot change the answer, and its gradient"
            " is 0."
        ),
        "recall": _tr("Of the images of a class, how many are predicted as that class."),
        "row lowering": _tr(
            "How this engine lays out the input: whole rows are copied, once for each column of the kernel, and each"
            " window is a part of these copies. It takes less room than im2col."
        ),
        "share": _tr("What one input channel or one pixel adds to a sum; all shares and the bias make the result."),
        "softmax": _tr("Makes probabilities of logits: each becomes exp(z), divided by the sum of all of these."),
        "stride": _tr("How many pixels a window moves on from one place to the next."),
        "window": _tr("The part of the input that one value of the output is computed from."),
    }  # fmt: skip


def _tr(text: str) -> str:
    return QCoreApplication.translate("glossary", text)
