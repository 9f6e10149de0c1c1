"""Networks that are widely known, or that show one thing well."""

from engine.presets.preset import MNIST, Preset, chain, conv, dense, pool
from engine.settings import TrainingSettings


def lenet5() -> Preset:
    """Return LeNet-5 with today's activation and pooling."""
    return Preset(
        name="lenet5",
        title="LeNet-5 (ReLU, max pooling)",
        data=MNIST,
        input_shape=(1, 28, 28),
        expected="""MNIST: 99.05 % by LeNet-5 itself (LeCun et al., 1998). This form of it, trained in PyTorch on a
        one-cycle schedule: 98.7 to 98.8 % after one epoch, 99.29 % after five; Fashion-MNIST 91.2 % after
        ten. The bundled 5,000 digits: 98.7 to 99.0 % of the 1,000 test digits after its 24 epochs.""",
        about="""Two convolutions find strokes and then parts of digits; three dense layers decide. Yann LeCun's
        network of 1998 with today's activation and pooling: ReLU costs a comparison where tanh costs an
        exponential, and its slope of 1 lets the gradient through undiminished. More than four fifths of the
        work, but only a twenty-fourth of the 61,706 parameters, are in the convolutions: a kernel is used
        at every place of the image, a weight of a dense layer once. The images are rotated, scaled and
        shifted a little each time, since 5,000 digits are few: without that the network learns them by
        heart. Compare with --no-augment.""",
        architecture=chain(
            conv(6, 5, padding=2), "relu", pool(), conv(16, 5), "relu", pool(), "flatten", dense(120), "relu",
            dense(84), "relu", dense(10), "softmax",
        ),
        settings=TrainingSettings(
            epochs=24, batch_size=32, learning_rate=0.004, schedule="cosine", augment=True, validation=0.0
        ),
    )  # fmt: skip


def one_epoch() -> Preset:
    """Return the network that needs one look at each digit."""
    return Preset(
        name="one-epoch",
        title="99 % in one epoch",
        data=MNIST,
        input_shape=(1, 28, 28),
        expected="""MNIST: 99.04 to 99.08 % after its one epoch of 235 steps, in PyTorch. The bundled 5,000 digits make
        20 steps only: 93 %.""",
        about="""How far does one look at each digit go? Farther with a learning rate that is high, but not from the
        start: one-cycle begins at 1/25 of 0.01, rises over three tenths of the run, and falls to nearly
        zero. Small steps first, while the gradient still points anywhere; large ones across the middle;
        small ones again, to settle. Adam's memory is shortened to match: with betas of 0.7 and 0.9 it looks
        back over some 3 and 10 steps, where the usual 0.9 and 0.999 would remember 1,000, more than the
        whole run has. 205,056 of the 215,194 parameters are in the first dense layer; more than four fifths
        of the multiply-adds are in the convolutions. Source: Smith and Topin, 'Super-convergence', 2017,
        for the schedule.""",
        architecture=chain(
            conv(24, 5), "relu", pool(), conv(32, 3), "relu", pool(), "flatten", dense(256), "relu", dense(10),
            "softmax",
        ),
        settings=TrainingSettings(
            epochs=1, batch_size=256, learning_rate=0.01, beta1=0.7, beta2=0.9, schedule="one-cycle", validation=0.0
        ),
    )  # fmt: skip


def keras_mnist() -> Preset:
    """Return the network of Keras' first example."""
    glorot = {"initializer": "Xavier uniform"}
    return Preset(
        name="keras-mnist",
        title="The Keras example for MNIST",
        data=MNIST,
        input_shape=(1, 28, 28),
        expected="""MNIST: 99.2 % after its 15 epochs. The bundled 5,000 digits: 97 %.""",
        about="""The network with which many begin: Keras' 'Simple MNIST convnet' (F. Chollet, keras.io, 2015), with
        its initial weights, its Adam, batches of 128 and a tenth of the images held out; its dropout of one
        half before the dense layer is left out: insert it, and training looks worse than it is, because the
        training accuracy is then that of half the features. No hidden dense layer is needed: two
        convolutions and a softmax have 34,826 parameters, little more than half of LeNet-5's, at six times
        its multiply-adds: 2,440,960 an image, nine tenths of them in the second convolution. Parameters say
        how much memory a network needs, multiply-adds how long it takes.""",
        architecture=chain(
            conv(32, 3, **glorot), "relu", pool(), conv(64, 3, **glorot), "relu", pool(), "flatten",
            dense(10, **glorot), "softmax",
        ),
        settings=TrainingSettings(epochs=15, batch_size=128, learning_rate=0.001, validation=0.1),
    )  # fmt: skip


def convnetjs_mnist() -> Preset:
    """Return the network of ConvNetJS' demonstration."""
    return Preset(
        name="convnetjs-mnist",
        title="The ConvNetJS demo for MNIST",
        data=f"{MNIST}:crop=24x24",
        input_shape=(1, 24, 24),
        expected="""MNIST: about 99 % within a few minutes, its page says. The bundled 5,000 digits: 96 to 97 % after
        its 10 epochs.""",
        about="""ConvNetJS (A. Karpathy, Stanford) trained this in a browser and showed every activation while it
        did. It reads the middle 24 × 24 pixels: MNIST's digits fill 20 × 20 of their 28 × 28, so that
        mostly margin is cut, and a quarter of the work. A padding of 2 keeps the size of the maps for a 5 ×
        5 kernel; pooling by 2 and then by 3 leaves 4 × 4, and softmax reads those 256 values directly:
        5,994 parameters in all. Weight decay adds 0.001 of each weight to its gradient, which pulls it
        towards zero. What differs from the demo: it cuts the 24 × 24 pixels at a random place each time,
        where --augment rotates, scales and shifts, and it adapts its steps by Adadelta, where momentum does
        here.""",
        architecture=chain(
            conv(8, 5, padding=2), "relu", pool(), conv(16, 5, padding=2), "relu", pool(size=3), "flatten", dense(10),
            "softmax",
        ),
        settings=TrainingSettings(
            epochs=10, batch_size=20, optimizer="momentum", learning_rate=0.01, weight_decay=0.001, validation=0.0
        ),
    )  # fmt: skip


def strided() -> Preset:
    """Return a network that shrinks its maps by strides."""
    return Preset(
        name="strided",
        title="Strides instead of pooling",
        data=MNIST,
        input_shape=(1, 28, 28),
        expected="""No published figure. The bundled 5,000 digits: 96 to 97 % after its 10 epochs.""",
        about="""No pooling: a stride of 2 computes only every second row and column in the first place, a quarter of
        the places at a quarter of the cost (Springenberg et al., 'Striving for simplicity', 2014). Two
        things are worth looking at. Excluded pixels: a 3 × 3 kernel with stride 2 cannot reach the last row
        and column of the 30 × 30 padded pixels. Here they are padding, so that nothing is lost; set the
        padding to 0, and 55 of the 784 pixels are never read and get a gradient of exactly zero. Dilated
        gradients: backward, the 14 × 14 gradient of a map is spread to 27 × 27 with a row and column of
        zeros between neighbours, before the kernels run over it; each zero is a place that the stride
        skipped.""",
        architecture=chain(
            conv(16, 3, stride=2, padding=1), "relu", conv(32, 3, stride=2, padding=1), "relu", "flatten", dense(10),
            "softmax",
        ),
        settings=TrainingSettings(epochs=10, batch_size=32, learning_rate=0.003, schedule="cosine", validation=0.0),
    )  # fmt: skip
