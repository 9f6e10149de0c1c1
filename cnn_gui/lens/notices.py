"""What a person has to know before reading a page of the microscope: faults on purpose, and what cannot work."""

from PySide6.QtCore import QCoreApplication

from cnn_gui.lens.frame import Frame, layer_title
from cnn_gui.plots.text import number
from engine.architecture import LayerSpec
from engine.faults import DIVIDED_TWICE, Fault
from engine.trace.damage import INPUT, damage, misled_by
from engine.trace.record import LayerTrace


def of_faults(frame: Frame) -> str:
    """Say what deliberate faults of the selected layer, and of later ones, do to its gradients; '' for none."""
    layer = frame.layer_trace
    if layer is None:
        return ""
    own = _own(frame, layer) if layer.faults else ""
    return " ".join(filter(None, (own, of_later_faults(frame))))


def of_later_faults(frame: Frame) -> str:
    """Say that the gradient that comes to the selected layer is wrong, for faults of layers after it; '' where not."""
    misled = _misleading(frame)
    if not misled:
        return ""
    text = _tr("The dC/dO that reaches this layer is wrong, because {0} after it has faulty gradients.")
    if len(misled) > 1:
        text = _tr("The dC/dO that reaches this layer is wrong, because {0} after it have faulty gradients.")
    named = [f"{frame.title_of(spec)} ({', '.join(fault.brief for fault in faults)})" for spec, faults in misled]
    return text.format(_tr(" and ").join(named))


def places(frame: Frame) -> tuple[tuple[str, str], ...]:
    """Return uid and title of each later layer that ``of_faults`` names."""
    return tuple((spec.uid, frame.title_of(spec)) for spec, _ in _misleading(frame))


def _misleading(frame: Frame) -> tuple[tuple[LayerSpec, tuple[Fault, ...]], ...]:
    return () if frame.trace is None or frame.index < 0 else misled_by(frame.trace, frame.index)


def _own(frame: Frame, layer: LayerTrace) -> str:
    """Return 'Faulty gradients: not rotated. dC/dX ≠ the right one, by up to 4.6e-06.'"""
    head = _tr("Faulty gradients: {0}.").format(frame.faults.brief(layer.spec.uid))
    found = damage(layer)
    names = {INPUT: "dC/dX", "weight": "dC/dW", "bias": "dC/db"}
    pair = _tr("{0} ≠ the correct one, by up to {1}")
    apart = ", ".join(pair.format(names.get(name, f"dC/d {name}"), number(by, 3)) for name, by in found.items())
    if apart:
        return f"{head} {apart}."
    idle = [fault.idle(layer.spec.config, layer.input) for fault in layer.faults]
    if DIVIDED_TWICE in layer.faults:
        return head + _tr(" Of one sample, N = 1, this changes nothing.")
    return head + _tr(" Here it changes nothing: {0}.").format("; ".join(filter(None, idle)) or _tr("dC/dO is 0"))


def of_problem(frame: Frame) -> tuple[str, str]:
    """Return the title of the layer that cannot work with what is wrong, and what to do; '' and '' without one."""
    if frame.broken is None:
        return "", ""
    spec, problem = frame.broken
    return f"{layer_title(frame.architecture, spec)}: {problem.what}", problem.remedy


def _tr(text: str) -> str:
    return QCoreApplication.translate("notices", text)
