"""Infer every layer's shape without data, and say in plain words where a chain cannot work."""

from dataclasses import dataclass, replace
from math import prod

from engine import registry, schema
from engine.architecture import Architecture, LayerSpec
from engine.errors import ShapeError
from engine.layer import Shape

MOST_PARAMETERS = 20_000_000  # of a layer: 80 MB, and as much again for gradient, moments and the last good weights
CROSS_ENTROPY = "cross-entropy"
MOST_VALUES = 4_000_000  # that a layer puts out for one image: 16 MB, times the images of a mini-batch


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a layer cannot work: what is wrong, and what to do about it."""

    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.what} {self.remedy}"


@dataclass(frozen=True, slots=True)
class LayerInfo:
    """What is known of one layer before any data flows.

    Attributes:
        input, output: shapes of one sample, None where unknown.
        parameters: how many it learns.
        problem: why it cannot work, or None.
        unread: how many pixels of each of its input's maps it never reads.
    """

    input: Shape | None
    output: Shape | None
    parameters: int
    problem: Problem | None = None
    unread: int = 0


def infer_shapes(
    architecture: Architecture, input_shape: Shape, classes: int | None = None, loss: str = CROSS_ENTROPY
) -> tuple[LayerInfo, ...]:
    """Return a LayerInfo per layer. Problems are values; nothing is raised.

    Args:
        architecture: the chain.
        input_shape: (C, H, W) of one sample.
        classes: where given, the last layer must put out a value for each of so many classes, as *loss* needs it.
        loss: one of ``engine.losses.BY_NAME``.
    """
    infos: list[LayerInfo] = []
    shape: Shape | None = input_shape
    for spec in architecture.layers:
        infos.append(_infer(spec, shape))
        shape = infos[-1].output
    if infos and shape is not None and classes is not None:
        last, ending = infos[-1], _ending(architecture, shape, classes, loss)
        infos[-1] = replace(last, problem=last.problem or ending)
    return tuple(infos)


def first_problem(infos: tuple[LayerInfo, ...]) -> tuple[int, Problem] | None:
    """Return the position and the Problem of the first layer that cannot work, or None."""
    return next(((i, info.problem) for i, info in enumerate(infos) if info.problem), None)


def problem_of(spec: LayerSpec, shape: Shape) -> Problem | None:
    """Return why a layer alone cannot work on an input of *shape*, whatever comes after it; None where it can."""
    return _infer(spec, shape).problem


def last_layer(loss: str) -> registry.LayerType | None:
    """Return the layer that must be the last where *loss* is minimised; None where any may."""
    return next((kind for kind in registry.all_types() if kind.config.fused_loss == loss), None)


def _infer(spec: LayerSpec, shape: Shape | None) -> LayerInfo:
    if wrong := schema.problems(spec.config):
        return LayerInfo(shape, None, 0, Problem(next(iter(wrong.values())), "Change it in the layer's properties."))
    if shape is None:
        return LayerInfo(None, None, 0)
    try:
        output = spec.config.output_shape(shape)
    except ShapeError as error:
        return LayerInfo(shape, None, 0, Problem(error.what, error.remedy))
    count = sum(prod(s) for s in spec.config.parameter_shapes(shape).values())
    window = spec.config.window(shape)
    return LayerInfo(shape, output, count, _size_problem(count, prod(output)), window.exclusion.unread if window else 0)


def _size_problem(parameters: int, values: int) -> Problem | None:
    """What keeps a layer of so many *parameters* and output *values* a sample from fitting into memory, if anything."""
    if parameters > MOST_PARAMETERS:
        what = f"The layer would have {parameters:,} parameters; at most {MOST_PARAMETERS:,} are allowed."
        return Problem(what, "Make it smaller, or shrink the maps before it by pooling or a stride.")
    if values > MOST_VALUES:
        what = f"The layer would put out {values:,} values for each image; at most {MOST_VALUES:,} are allowed."
        return Problem(what, "Use fewer filters, or shrink the maps before it by pooling or a stride.")
    return None


def _ending(architecture: Architecture, shape: Shape, classes: int, loss: str) -> Problem | None:
    """What keeps *loss* from reading the chain's output as the data's classes."""
    kind = last_layer(loss)
    last = kind.label if kind is not None else ""
    if shape != (classes,):
        return Problem(
            f"The network ends with {show(shape)} values, but the data has {classes} classes.",
            f"End it with a Dense layer of {classes} units" + (f" and {last}." if last else "."),
        )
    ending = architecture.layers[-1]
    if last and ending.config.fused_loss != loss:
        what = f"The network ends without {last}, which {loss} needs."
        behind = _behind(architecture, last)
        if behind and not ending.config.fused_loss:
            what = f"The network ends with {ending.type.label}, but {loss} needs {last} as the last layer."
            one = f"Move {ending.type.label} before {last}."
            return Problem(what, one if len(behind) == 1 else f"Move {last} to the end.")
        instead = f"Put {last} in the place of {ending.type.label}." if ending.config.fused_loss else ""
        return Problem(what, instead or f"Append {last} as the last layer.")
    return None


def _behind(architecture: Architecture, label: str) -> tuple[LayerSpec, ...]:
    """Return the layers behind the last one called *label*; none where there is no such layer."""
    places = [place for place, spec in enumerate(architecture.layers) if spec.type.label == label]
    return architecture.layers[places[-1] + 1 :] if places else ()


def show(shape: Shape) -> str:
    """Return a shape as a person reads it: '6 × 28 × 28'."""
    return " × ".join(map(str, shape))
