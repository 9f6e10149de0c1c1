"""Train the shipped network: ``python -m resources.make_models``.

Runs ``cnn-engine train`` as a person would, so that the file can be made again by its NOTICE.
"""

import sys
from pathlib import Path
from string import Template

import resources
from engine import cli
from engine.files import atomic
from engine.files.project import open_project
from engine.history import EpochResult

FOLDER = resources.path("models")
OPTIONS = "--preset lenet5 --data bundled --epochs 24 --augment --validation 0.1 --seed 0 --threads 2"

NOTICE = Template("""\
lenet5.cnn: LeNet-5 with ReLU and max pooling, trained on the bundled digits

Made by     python -m resources.make_models, which runs
            cnn-engine train $options --out lenet5.cnn
Data        4,500 of the 5,000 training digits of MNIST, see ../digits/NOTICE, each a little changed every time it is
            used; the other 500 and the 1,000 test digits were only measured
Accuracy    $accuracy of the 1,000 bundled test digits after $epochs epochs, loss $loss
$drawings
Licence     as the rest of the project; the digits have their own
""")

DRAWINGS = """\
Drawings    50 of the 50 digits drawn with the mouse in tests/data/strokes.json, among them 14 of 14 small ones and
            19 of 19 off-centre ones (python -m tests -k drawn)"""  # where a test measures it anew


def main() -> int:
    """Write lenet5.cnn and its NOTICE; return the exit code of the training command."""
    target = FOLDER / "lenet5.cnn"
    if code := cli.main(["train", *OPTIONS.split(), "--out", str(target)]):
        return code
    atomic.write_bytes(FOLDER / "NOTICE", notice(target).encode())
    return 0


def notice(path: Path) -> str:
    """Return the text that says how the file at *path* was made and how good it is."""
    last: EpochResult = open_project(path).history.epochs[-1]
    return NOTICE.substitute(
        options=OPTIONS, accuracy=f"{last.test_accuracy:.2%}", epochs=last.epoch, loss=f"{last.test_loss:.4f}",
        drawings=DRAWINGS,
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
