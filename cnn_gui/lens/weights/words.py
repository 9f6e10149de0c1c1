"""What is told of a layer's weights: their distribution, silent filters, filters that are nearly the same."""

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QCoreApplication

from cnn_gui.plots.text import number
from engine.trace.filters import ALIKE, Distribution, Pair

MOST = 6  # filters or pairs that are named


def figures(found: Distribution) -> str:
    """Return 'mean 0.01 · standard deviation 0.2 · exactly 0: 1.5 %'."""
    text = _tr("mean {0} · standard deviation {1} · exactly 0: {2} %")
    return text.format(number(found.mean, 3), number(found.deviation, 3), number(100 * found.zeros, 3))


def silent(word: str, found: Sequence[int], count: int, where: str, positions: int, samples: str) -> str:
    """Return which of *count* filters are silent, in HTML with links, and what was measured.

    Args:
        word: what a filter is called.
        found: numbers of those that put out 0 alone.
        count: how many filters there are.
        where: the layer whose output was looked at.
        positions: values of each filter there.
        samples: what it was measured on.
    """
    if not found:
        text = _tr("None of the {1} {0}s is silent: after {2} each gives a value other than 0, for {3}.")
        return text.format(word, count, escape(where), escape(samples))
    names = _listed([_link(each) for each in found], len(found))
    place = _tr("all {0:,} positions").format(positions) if positions > 1 else _tr("its one position")
    text = _tr(
        "Silent (dashed): {0} {1} of {2}; behind {3} it is 0 at {4}, for {5}. One that is silent for every image is"
        " dead: look at more."
    )
    return text.format(word, names, count, escape(where), place, escape(samples))


def alike(word: str, pairs: Sequence[Pair]) -> str:
    """Return which filters are nearly the same, in HTML, with links."""
    if not pairs:
        return _tr("No two {0}s are nearly the same: the cosine of any two is below {1}.").format(word, ALIKE)
    texts = [f"{_link(p.first)} {_tr('and')} {_link(p.second)} ({number(p.cosine, 3)})" for p in pairs]
    text = _tr("Nearly the same (framed), by the cosine of their weights, at least {0}: {1} {2}.")
    return text.format(ALIKE, word, _listed(texts, len(pairs)))


def _listed(texts: Sequence[str], count: int) -> str:
    more = _tr(" and {0} more").format(count - MOST) if count > MOST else ""
    return ", ".join(texts[:MOST]) + more


def _link(filter_: int) -> str:
    return f'<a href="{filter_}">{filter_}</a>'


def _tr(text: str) -> str:
    return QCoreApplication.translate("WeightWords", text)
