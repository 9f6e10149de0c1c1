"""The four things that are illustrated: a view of the microscope each, on a layer of few whole numbers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from cnn_gui.lens.backward.stages import Stage
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.recording import Steps
from cnn_gui.lens.view import LayerView
from cnn_gui.lens.views.convolution import ConvolutionView
from cnn_gui.lens.views.input_gradient import InputGradientView
from cnn_gui.lens.views.matrix import MatrixPage
from cnn_gui.lens.walk import walk
from cnn_gui.plots.figure import leave_out
from engine.architecture import new_layer
from tests.helpers.lens import document_of, frame_of, put

Rows = Sequence[Sequence[int]]

WORKED: Rows = [[1, -2, -9, 6], [5, 8, 7, 9], [-6, 2, 0, -1], [-3, 4, -1, 0]]
WORKED_KERNEL: Rows = [[6, 0], [-7, -1]]
IMAGE: Rows = [[1, 0, 2, -1], [0, 3, -2, 1], [2, -1, 1, 0], [-1, 1, 0, 2]]
KERNEL: Rows = [[1, 2, -1], [0, 3, -2], [-1, 1, 2]]
GRADIENT: Rows = [[2, -1], [3, 1]]  # dC/dO
WIDTH, WIDE = 440, 500  # units; nine columns of numbers want more
SLOW, QUICK = 0, 2  # choices of a walk's speed


@dataclass(frozen=True, eq=False)
class Illustration:
    """A view that stands at what the still picture shows.

    Attributes:
        title, about: the two lines above it.
        steps: takes the view through what the animation shows, as ``walk`` does.
    """

    view: LayerView
    title: str
    about: str
    steps: Callable[[], Steps]


def convolution_window() -> Illustration:
    """The step-through of the worked example, from place to place."""
    view = put(ConvolutionView(), _frame(WORKED, WORKED_KERNEL), WIDTH, 430)
    view.unfolded.opened.emit(0, (1, 1))
    view.steps.transport.speed.setCurrentIndex(SLOW)
    about = "Input 4 × 4, kernel 2 × 2, stride 1, no padding"
    return Illustration(view, "Convolution: a window over the input", about, lambda: walk(view))


def matrix_transformation() -> Illustration:
    """The same as a product of matrices, column by column."""
    view = put(MatrixPage(), _frame(WORKED, WORKED_KERNEL), WIDE, 570)
    view.transport.speed.setCurrentIndex(SLOW)
    for part in (view.ways, view.costs, view.saving):
        leave_out(part)
    view.board.enlarged.hide()  # X itself is large enough
    about = "Each patch of the input is a column of X, the kernel is the row W"
    return Illustration(view, "Convolution as a product of matrices (im2col)", about, lambda: walk(view))


def dilation() -> Illustration:
    """Zeros slide in between the gradients of a layer of stride 2."""
    view = _way_back(Stage.DILATED, 330)
    about = "Back through a convolution of stride S = 2"
    return Illustration(
        view, "Dilation: zeros between the gradients", about, lambda: walk(view, (Stage.GRADIENT, Stage.DILATED))
    )


def full_convolution() -> Illustration:
    """The rest of that layer's way back, with every place of the rotated kernel."""
    view = _way_back(Stage.SLID, 550)
    view.steps.go_to((2, 2))
    view.steps.transport.speed.setCurrentIndex(QUICK)
    about = "Back through a convolution of stride 2, from dC/dO to dC/dX"
    return Illustration(view, "Full convolution with the rotated kernel", about, lambda: _from_padding_to_crop(view))


ALL: dict[str, Callable[[], Illustration]] = {
    "convolution-window": convolution_window,
    "matrix-transformation": matrix_transformation,
    "dilation": dilation,
    "full-convolution": full_convolution,
}


def _from_padding_to_crop(view: InputGradientView) -> Steps:
    yield from walk(view, (Stage.PADDED, Stage.ROTATED))
    yield from walk(view)  # the places of the stage on show
    yield from walk(view, (Stage.CROPPED,))


def _way_back(stage: Stage, height: int) -> InputGradientView:
    frame = _frame(IMAGE, KERNEL, GRADIENT, stride=2, padding=1)
    view = put(InputGradientView(), frame, WIDTH, height)
    leave_out(view.bar)
    view.planes.mosaic.hide()  # of one filter
    view.bar.step(stage)
    return view


def _frame(image: Rows, kernel: Rows, gradient: Rows = (), **how: int) -> Frame:
    """Return the frame of a convolution of one filter, whose dC/dO is *gradient* where one is given.

    The mean of two squares has the gradient z − y. Where that is (1, 0), dC/dO is the first row of the weights which
    make z of O.
    """
    conv = new_layer("conv2d", filters=1, kernel_size=len(kernel), bias=False, **how)
    after = new_layer("flatten"), new_layer("dense", units=2), new_layer("identity")
    document = document_of(conv, *after, loss="mean squared error", size=len(image))
    values = np.array([image], np.float32)
    first, _, dense, _ = document.model.parameters.layers
    first["weight"][...] = kernel
    for each in dense.values():
        each[...] = 0
    if gradient:
        dense["weight"][0] = np.ravel(gradient)
        dense["bias"][...] = (1, 1) - document.model.activations(values[None])[-1][0]
    return frame_of(document, 0, label=1, image=values)
