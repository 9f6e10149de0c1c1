"""What a reading of the test set says, in words and thumbnails."""

from PySide6.QtCore import QCoreApplication

from cnn_gui.plots.gallery_canvas import Thumb
from cnn_gui.plots.text import number
from cnn_gui.results.reader import Reading
from engine.data.dataset import pixels


def summary(reading: Reading) -> str:
    """Return '985 of 1,000 test images correct (98.50 %), step 3,384'."""
    found = reading.predictions
    total = len(found.labels)
    text = _tr("{0:,} of {1:,} test images correct ({2:.2f} %), {3}")
    return text.format(found.right, total, 100 * found.right / total, moment(reading.step, reading.since))


def moment(step: int, since: str) -> str:
    """Return 'step 1,204', with what became of the weights *since*, or that nothing was trained yet."""
    return _tr("step {0:,}").format(step) + since if step else _tr("initial weights")


def cell(reading: Reading, label: int, read: int) -> str:
    """Return how many images of class *label* are predicted as *read*, and what part of the class that is."""
    counts = reading.predictions.confusion
    names = reading.subject.dataset.class_names
    row, count = int(counts[label].sum()), int(counts[label, read])
    text = _tr("Correct: {0} predicted as {1}") if label == read else _tr("Confused: {0} predicted as {1}")
    share = _tr(", {0:,} of {1:,} images ({2:.1f} %)").format(count, row, 100 * count / row) if row else ""
    return text.format(names[label], names[read]) + (share if count else _tr(", no image"))


def most_frequent(reading: Reading, label: int, read: int) -> str:
    """Return which mistake is made most often, as long as no cell is chosen."""
    text = _tr("Most frequent mistake: {0}")
    counts, names = reading.predictions.confusion, reading.subject.dataset.class_names
    row, count = int(counts[label].sum()), int(counts[label, read])
    found = _tr("{0} predicted as {1}, {2:,} of {3:,} images ({4:.1f} %)")
    return text.format(found.format(names[label], names[read], count, row, 100 * count / row))


def widest_caption(reading: Reading) -> str:
    """Return a caption that is about as wide as any can be."""
    longest = sorted(reading.subject.dataset.class_names, key=len)[-2:]
    return " → ".join(longest)


def thumb(reading: Reading, image: int) -> Thumb:
    """Return a test image with its actual class, the predicted one, and how sure the network is."""
    found, names = reading.predictions, reading.subject.dataset.class_names
    true, read, sure = names[found.labels[image]], names[found.read[image]], float(found.sure[image])
    value = _tr("{0:.1f} %").format(100 * sure) if reading.is_share else number(sure, 3)
    caption = f"{true} → {read}" if true != read else true
    tip = _tr(
        "Test image {0:,}: actual {1}, predicted {2} ({3}), loss {4}. Click to use it as the "
        "sample, double-click to see why."
    )
    told = tip.format(image, true, read, value, number(float(found.losses[image]), 3))
    return Thumb(pixels(reading.subject.dataset.test.images[image]), caption, value, told)


def _tr(text: str) -> str:
    return QCoreApplication.translate("results", text)
