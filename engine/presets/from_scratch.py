"""Networks that people write from scratch to understand them: here in full, and with what made theirs slow."""

from engine.presets.preset import CIFAR10, MNIST, Preset, chain, conv, dense, pool
from engine.settings import TrainingSettings

LECUN, XAVIER, XAVIER_UNIFORM = ({"initializer": name} for name in ("LeCun normal", "Xavier normal", "Xavier uniform"))


def lenet5_classic() -> Preset:
    """Return LeNet-5 nearly as it was in 1998."""
    return Preset(
        name="lenet5-classic",
        title="LeNet-5 of 1998 (scaled tanh, average pooling)",
        data=MNIST,
        input_shape=(1, 28, 28),
        expected="""MNIST: 99.05 % by LeNet-5 itself (LeCun et al., 1998); a published program from scratch reached 96.8
        %, at 6 minutes an epoch. The bundled 5,000 digits: 95 to 96 % after its 10 epochs.""",
        about="""The network of 'Gradient-based learning applied to document recognition' (LeCun, Bottou, Bengio and
        Haffner, 1998), nearly: average pooling, and 1.7159 tanh(2x/3), which leaves 1 at about 1 and is
        steepest around 0. The paper pads digits to 32 × 32; a padding of 2 in the first convolution reads the
        same zeros. What differs: in the paper pooling has a learned scale and offset, the second convolution
        joins only some of the maps, and the output measures distances to drawn patterns; so it has 60,000
        parameters, and this 61,706. Momentum trains it here; --optimizer RMSprop or Adam with --lr 0.001 do
        too.

        Why 6 minutes? Forward takes 416,520 multiply-adds an image, and with the way back an epoch takes 75
        billion. Loops over images, filters, places, channels and kernel cells do some two million a second in
        Python: ten hours. 6 minutes are 6 ms an image, or 3 µs for each of its 884 windows, forward and again
        backward: the price of a call of NumPy, not of the 25 or 150 products in it. im2col copies every window
        into a column of one matrix, 25 times the memory of the input, so that a layer is one matrix product.
        Row lowering copies along rows alone, 5 times the memory, and makes one product of each row of the
        output. cnn-engine race --preset lenet5-classic times all three.""",
        architecture=chain(
            conv(6, 5, padding=2, **LECUN), pool("mean"), "scaled_tanh", conv(16, 5, **LECUN), pool("mean"),
            "scaled_tanh", "flatten", dense(120, **LECUN), "scaled_tanh", dense(84, **LECUN), "scaled_tanh",
            dense(10, **LECUN), "softmax",
        ),
        settings=TrainingSettings(epochs=10, batch_size=32, optimizer="momentum", learning_rate=0.02, validation=0.0),
    )  # fmt: skip


def framework() -> Preset:
    """Return a tour of what a small framework offers."""
    return Preset(
        name="framework",
        title="A tour of a small framework",
        data=MNIST,
        input_shape=(1, 28, 28),
        expected="""No published figure. The bundled 5,000 digits: 97 % after its 10 epochs.""",
        about="""A framework is layers that can be put together freely, so this one takes what others leave out: kernels
        of 5 rows and 3 columns, padding 'same', which keeps the size, Xavier's uniform weights, mean pooling,
        and min pooling, which keeps the darkest value of each window. After ReLU, whose smallest value is
        nearly always 0, min pooling would leave nothing; after tanh it works as well as the maximum, since a
        kernel may as well learn the opposite sign. RMSprop trains it, and any other optimizer can: --optimizer
        gradient-descent --lr 0.1. So can another loss: --loss mean-squared-error reaches about the same, though
        its gradient fades where softmax is sure and wrong, which that of cross-entropy does not.

        Naive or vectorised? With loops, each of these settings is one more index to get right, in a program
        that is slow anyway. Vectorised, a window is not a place but an offset: pooling by 2 is four views of
        the whole input, every second row and column from each cell of the window on, combined in three calls
        instead of 1,568; the stride is in the view, the padding at its edges. A convolution is one such view
        for each cell of its kernel (im2col), or for each column of it (row lowering), and a matrix product.
        cnn-engine race --preset framework times loops, im2col and rows.""",
        architecture=chain(
            conv(8, [5, 3], padding="same", **XAVIER_UNIFORM), "tanh", pool("mean"),
            conv(16, 3, padding="same", **XAVIER_UNIFORM), "tanh", pool("min"), "flatten",
            dense(64, **XAVIER_UNIFORM), "tanh", dense(10, **XAVIER_UNIFORM), "softmax",
        ),
        settings=TrainingSettings(epochs=10, batch_size=32, optimizer="RMSprop", learning_rate=0.001, validation=0.0),
    )  # fmt: skip


def sigmoid_mse() -> Preset:
    """Return the network of the textbooks of before ReLU and cross-entropy."""
    return Preset(
        name="sigmoid-mse",
        title="Sigmoid and mean squared error",
        data=f"{CIFAR10}:grey:classes=airplane+automobile",
        input_shape=(1, 32, 32),
        expected="""No published figure; of two classes of equal size, guessing gets 50 %. The bundled 5,000 digits, all
        ten classes, with --data bundled --lr 0.1: 89 to 90 % after its 10 epochs.""",
        about="""One convolution, one dense layer, a sigmoid after each, squared errors and plain gradient descent: all
        that a first course derives by hand, on photographs. It works on one channel or three, two classes or
        ten: leave :grey or :classes away. It also shows why the field moved on. The slope of a sigmoid is at
        most 1/4 and vanishes where it is saturated, so each layer shrinks the gradient; squared errors shrink
        it once more, since a unit that is wrong but certain hardly learns. So the loss stays on a plateau at
        first, one epoch or several, and suddenly falls. A larger learning rate does not help: all units
        saturate at 0, and the plateau never ends (try --lr 0.5).

        Naive or vectorised? The way back is where loops hurt twice: each of the 156,800 products of the
        convolution is visited again, to send its share to a weight and to a pixel. But those shares are
        convolutions themselves: the weights' gradient is the input cross-correlated with the output's gradient, and
        the input's gradient is the output's, padded by 4, correlated with the kernels rotated by 180 degrees. So
        the code that is fast forward (im2col, or rows) is fast backward too, and cnn-engine race --preset
        sigmoid-mse shows that all of them agree to the last digits.""",
        architecture=chain(conv(8, 5, **XAVIER), "sigmoid", "flatten", dense(2, **XAVIER), "sigmoid"),
        settings=TrainingSettings(
            epochs=10, batch_size=4, loss="mean squared error", optimizer="gradient descent", learning_rate=0.02,
            validation=0.0,
        ),
    )  # fmt: skip


def conv_pool_softmax() -> Preset:
    """Return the smallest network that deserves the name."""
    return Preset(
        name="conv-pool-softmax",
        title="Convolution, pooling, softmax",
        data=MNIST,
        input_shape=(1, 28, 28),
        expected="""No published figure. The bundled 5,000 digits: 91 to 92 % after its 3 epochs.""",
        about="""The smallest network that deserves the name: eight 3 × 3 kernels without bias, max pooling, and a dense
        layer with softmax, trained by plain gradient descent on one image at a time. Xavier's weights keep the
        spread of values from layer to layer. There is no activation function: the maximum is the only thing
        that is not linear, and it is enough for more than nine digits of ten. After each single image the
        weights move, so the loss jumps about, and the direction is right only on average: the S in SGD. --batch
        16 --lr 0.1 averages sixteen gradients first.

        Naive or vectorised? With loops, 62,192 multiply-adds forward and twice as many backward take about a tenth
        of a second an image. im2col makes the convolution a product of 8 × 9 with 9 × 676 numbers, which
        takes microseconds; what is left is the cost of calling NumPy, a few dozen times a step, whatever the
        size of the batch. That is why sixteen images at once take far less than sixteen times as long, and why
        a batch of one, the natural choice with loops, is the slowest with vectors. Compare cnn-engine race
        --preset conv-pool-softmax with --batch 1 and --batch 64.""",
        architecture=chain(conv(8, 3, bias=False, **XAVIER), pool(), "flatten", dense(10, **XAVIER), "softmax"),
        settings=TrainingSettings(
            epochs=3, batch_size=1, optimizer="gradient descent", learning_rate=0.01, validation=0.0
        ),
    )  # fmt: skip
