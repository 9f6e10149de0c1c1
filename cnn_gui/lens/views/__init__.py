"""The views of the microscope: one file each. ALL is their order as tabs."""

from cnn_gui.lens.view import LayerView
from cnn_gui.lens.views.activation import ActivationView
from cnn_gui.lens.views.batch_norm import BatchNormView
from cnn_gui.lens.views.bias_gradient import BiasGradientView
from cnn_gui.lens.views.check import CheckView
from cnn_gui.lens.views.convolution import ConvolutionView
from cnn_gui.lens.views.dense import DenseView
from cnn_gui.lens.views.dropout import DropoutView
from cnn_gui.lens.views.flatten import FlattenView
from cnn_gui.lens.views.global_average import GlobalAverageView
from cnn_gui.lens.views.gradients import GradientsView
from cnn_gui.lens.views.input_gradient import InputGradientView
from cnn_gui.lens.views.matrix import MatrixPage
from cnn_gui.lens.views.optimizer import OptimizerView
from cnn_gui.lens.views.pooling import PoolingView
from cnn_gui.lens.views.reads import ReadCountsView
from cnn_gui.lens.views.scoring import ScoringView
from cnn_gui.lens.views.weight_gradient import WeightGradientView
from cnn_gui.lens.views.weights import WeightsView
from cnn_gui.lens.views.why import WhyView

ALL: tuple[type[LayerView], ...] = (
    ConvolutionView,
    MatrixPage,
    PoolingView,
    DenseView,
    ActivationView,
    BatchNormView,
    DropoutView,
    FlattenView,
    GlobalAverageView,
    ScoringView,
    ReadCountsView,
    GradientsView,
    InputGradientView,
    WeightGradientView,
    BiasGradientView,
    WeightsView,
    OptimizerView,
    CheckView,
    WhyView,
)
