"""Layers in words: for a card, its tooltip, and a screen reader."""

import html
from collections.abc import Sequence
from math import prod

from PySide6.QtCore import QCoreApplication

from cnn_gui.document import Document
from cnn_gui.editor.face import Face
from engine.architecture import LayerSpec
from engine.layer import LayerConfig, Shape
from engine.shapes import LayerInfo, show

UNKNOWN = "?"


def layer_face(spec: LayerSpec, info: LayerInfo, fault: str = "") -> Face:
    """Return what the card of a layer says; *fault*: what its gradients are on purpose."""
    lines = (spec.config.summary(), parameter_count(info.parameters) if info.parameters else "")
    badge = _tr("{0:,} px unread").format(info.unread) if info.unread and info.problem is None else ""
    alarm = _tr("faulty") if fault else ""
    return Face(spec.type.name, spec.type.category, spec.type.label, tuple(filter(None, lines)), badge, alarm)


def input_face(shape: Shape, data: str) -> Face:
    """Return what the card before the first layer says."""
    return Face("input", "", _tr("Input"), (show(shape), data))


def output_face(classes: Sequence[str]) -> Face:
    """Return what the card after the last layer says."""
    return Face("output", "", _tr("Output"), (_tr("{0:,} classes").format(len(classes)), ", ".join(classes)))


def shape_text(shape: Shape | None) -> str:
    """Return '6 × 28 × 28', or '?' for a shape that nobody knows."""
    return UNKNOWN if shape is None else show(shape)


def parameter_count(count: int) -> str:
    """Return '1 parameter', '2,416 parameters'."""
    return (_tr("{0:,} parameter") if count == 1 else _tr("{0:,} parameters")).format(count)


def parameter_sum(config: LayerConfig, shape: Shape) -> str:
    """Return how the number of parameters comes about: 'weights 16 × 6 × 5 × 5 + biases 16 = 2,416 parameters'."""
    arrays = config.parameter_shapes(shape)
    terms = [f"{_plural(name)} {show(size)}" for name, size in arrays.items()]
    total = sum(prod(size) for size in arrays.values())
    return (
        f"{' + '.join(terms)} = {parameter_count(total)}"
        if terms
        else _tr("No parameters: this layer has nothing to learn.")
    )


def faulty(brief: str) -> str:
    """Return that gradients are wrong on purpose, and how; '' where *brief* is."""
    return _tr("Faulty gradients: {0}.").format(brief) if brief else ""


def tooltip(spec: LayerSpec, info: LayerInfo, fault: str = "") -> str:
    """Return a card's tooltip: what the layer does, what it makes of its input, and what is wrong with it."""
    facts = [spec.type.doc, spec.config.summary(), _flow(info), unread(info), faulty(fault)]
    if info.problem is not None:
        facts = [info.problem.what, info.problem.remedy]
    keys = _tr("Drag to move (Ctrl+Left, Ctrl+Right), Delete to delete.")
    lines = [html.escape(line) for line in facts if line]
    return "<br>".join([f"<b>{html.escape(spec.type.label)}</b>", *lines, f"<small>{html.escape(keys)}</small>"])


def unread(info: LayerInfo) -> str:
    """Return how many pixels a layer never reads, and where to see which; '' if it reads all."""
    if not (info.unread and info.input):
        return ""
    text = _tr("{0:,} of {1:,} pixels of each map are never read. The page Read counts inside the layer shows which.")
    return text.format(info.unread, prod(info.input[1:]))


def end_tooltip(face: Face) -> str:
    """Return the tooltip of the card at an end of the chain: the card's own words, in full."""
    return "<br>".join([f"<b>{html.escape(face.title)}</b>", *map(html.escape, face.lines)])


def chain(document: Document) -> str:
    """Return the selected layer, or else the whole network, in a sentence for a screen reader."""
    layers = document.architecture.layers
    if spec := document.selected_spec:
        position = document.architecture.index(spec.uid)
        spoken = _spoken(spec, document.infos[position], position + 1, len(layers))
        return ". ".join(filter(None, (spoken, faulty(document.faults.brief(spec.uid)))))
    return _tr("{0} layers. Press Right to select the first.").format(len(layers)) if layers else how_to_begin()


def how_to_begin() -> str:
    """Return what to do with an empty network."""
    return _tr("Drag a layer here, or choose a preset")


def _spoken(spec: LayerSpec, info: LayerInfo, position: int, count: int) -> str:
    place = _tr("layer {0} of {1}").format(position, count)
    parts = [spec.type.label, place, spec.config.summary(), _flow(info), parameter_count(info.parameters)]
    problem = _tr("Problem: {0}").format(info.problem) if info.problem else ""
    return ". ".join([", ".join(filter(None, parts)), *filter(None, [problem or unread(info)])])


def _flow(info: LayerInfo) -> str:
    return f"{shape_text(info.input)} → {shape_text(info.output)}" if info.input else ""


def _plural(name: str) -> str:
    return name + ("es" if name.endswith("s") else "s")


def _tr(text: str) -> str:
    return QCoreApplication.translate("Layer", text)
