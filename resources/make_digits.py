"""Cut the bundled digits from MNIST: ``python -m resources.make_digits --source mnist.npz``.

The source has the arrays x_train (60000, 28, 28), y_train, x_test (10000, 28, 28), y_test, uint8, in MNIST's order.
"""

import argparse
import hashlib
from pathlib import Path
from string import Template

import numpy as np
import numpy.typing as npt

import resources
from engine.data.dataset import Dataset, Split
from engine.data.npz import read_npz
from engine.files import atomic, npy
from engine.files.archive import write_archive

SEED = 0
TRAIN_PER_CLASS, TEST_PER_CLASS = 500, 100
FOLDER = resources.path("digits")

NOTICE = Template("""\
bundled.npz: $train training and $test test digits from MNIST

Origin      The MNIST database of handwritten digits, by Yann LeCun, Corinna Cortes and Christopher J. C. Burges,
            made from NIST's Special Databases 1 and 3.
            http://yann.lecun.com/exdb/mnist/
Licence     Creative Commons Attribution-Share Alike 3.0, https://creativecommons.org/licenses/by-sa/3.0/
            Yann LeCun and Corinna Cortes hold the copyright of MNIST, as Keras states in its documentation of the
            data set (https://keras.io/api/datasets/mnist/). The original page states no licence. This folder is
            under the same licence; the rest of the project is not.
Changes     A part was cut out: $train_each training digits of each class from MNIST's 60,000 training digits and
            $test_each test digits of each class from its 10,000 test digits, drawn by NumPy's default generator with
            seed $seed and kept in MNIST's order. The pixels are unchanged. The arrays train_indices and test_indices
            hold the places of the digits in MNIST's own files, counted from 0.
Command     python -m resources.make_digits --source mnist.npz
SHA-256     $sha256 (bundled.npz)
""")


def main() -> None:
    """Write bundled.npz and its NOTICE."""
    parser = argparse.ArgumentParser(prog="python -m resources.make_digits", description=__doc__)
    parser.add_argument("--source", type=Path, required=True, help="MNIST as one .npz file")
    mnist = read_npz(parser.parse_args().source)
    target = FOLDER / "bundled.npz"
    with atomic.replacing(target) as stream:
        entries = [(f"{name}.npy", npy.to_bytes(array)) for name, array in cut(mnist).items()]
        write_archive(stream, entries, compressed=True)
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    atomic.write_bytes(FOLDER / "NOTICE", notice(digest).encode())
    print(f"{target}: {target.stat().st_size:,} bytes, SHA-256 {digest}")


def cut(mnist: Dataset) -> dict[str, npt.NDArray[np.generic]]:
    """Return the arrays of the bundled file."""
    rng = np.random.default_rng(SEED)
    train = choose(mnist.train, TRAIN_PER_CLASS, rng)
    test = choose(mnist.test, TEST_PER_CLASS, rng)
    return {
        "x_train": mnist.train.images[train, 0],
        "y_train": mnist.train.labels[train].astype(np.uint8),
        "x_test": mnist.test.images[test, 0],
        "y_test": mnist.test.labels[test].astype(np.uint8),
        "train_indices": train.astype(np.uint16),
        "test_indices": test.astype(np.uint16),
    }


def choose(split: Split, per_class: int, rng: np.random.Generator) -> npt.NDArray[np.intp]:
    """Return the places of *per_class* samples of each class, drawn from *rng*, in ascending order."""
    members = (np.flatnonzero(split.labels == label) for label in range(10))
    return np.sort(np.concatenate([rng.choice(places, per_class, replace=False) for places in members]))


def notice(sha256: str) -> str:
    """Return the text that says where the digits come from."""
    return NOTICE.substitute(
        train=f"{10 * TRAIN_PER_CLASS:,}", test=f"{10 * TEST_PER_CLASS:,}", train_each=TRAIN_PER_CLASS,
        test_each=TEST_PER_CLASS, seed=SEED, sha256=sha256,
    )  # fmt: skip


if __name__ == "__main__":
    main()
