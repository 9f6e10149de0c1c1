"""The command that writes the four classic illustrations: every file, its numbers, and what moves."""

import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

NAMES = ("convolution-window", "matrix-transformation", "dilation", "full-convolution")
OUTPUT = {"−37", "−75", "−112", "70", "34", "43", "−19", "−15", "7"}
MOST = 1_500_000  # bytes, of all: they are part of the project


def write(out: Path, *only: str) -> Path:
    command = [sys.executable, "-m", "tests.illustrations", str(out)]
    subprocess.run([*command, "--only", *only] if only else command, check=True, capture_output=True)
    return out


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command writes in the light scheme."""
    return write(tmp_path_factory.mktemp("illustrations"), *(f"{name}-light" for name in NAMES))


def texts(file: Path) -> list[str]:
    root = ElementTree.fromstring(file.read_bytes())
    return ["".join(each.itertext()).strip() for each in root.iter() if each.tag.endswith("text")]


def frames(file: Path) -> list[np.ndarray]:
    with Image.open(file) as animation:
        shown = []
        for n in range(animation.n_frames):
            animation.seek(n)
            shown.append(np.asarray(animation.convert("RGB")))
        return shown


def test_that_each_illustration_is_a_picture_and_an_animation(written: Path) -> None:
    assert {file.name for file in written.iterdir()} == {
        f"{name}-light.{suffix}" for name in NAMES for suffix in ("svg", "png")
    }


@pytest.mark.parametrize("name", ["convolution-window", "matrix-transformation"])
def test_that_the_numbers_of_the_worked_example_are_texts(written: Path, name: str) -> None:
    found = texts(written / f"{name}-light.svg")
    assert set(found) >= OUTPUT | {"−9", "−7", "6", "0"}
    assert any(text.startswith("Convolution") for text in found)


def test_that_no_control_is_in_a_picture(written: Path) -> None:
    words = " ".join(text for name in NAMES for text in texts(written / f"{name}-light.svg"))
    assert "step " not in words and "click" not in words and "Row lowering" not in words and "6 Crop" not in words


@pytest.mark.parametrize("name", ["convolution-window", "matrix-transformation"])
def test_that_each_place_of_the_window_is_another_frame(written: Path, name: str) -> None:
    shown = frames(written / f"{name}-light.png")
    assert len(shown) == len(OUTPUT)
    assert all((before != after).any() for before, after in pairwise(shown))


def test_that_zeros_slide_in_between_the_gradients(written: Path) -> None:
    shown = frames(written / "dilation-light.png")
    assert len(shown) >= 8 and all((before != after).any() for before, after in pairwise(shown))
    assert texts(written / "dilation-light.svg").count("0") == 5  # of 3 × 3, between 2 × 2


def test_that_the_turned_kernel_goes_to_every_place(written: Path) -> None:
    shown = frames(written / "full-convolution-light.png")
    padded, turned, places, cropped = 9, 9, 25, 9
    assert len(shown) == padded + turned + places + cropped


def test_that_a_second_run_writes_the_same(written: Path, tmp_path: Path) -> None:
    for file in write(tmp_path, "dilation-light", "matrix-transformation-light").iterdir():
        assert file.read_bytes() == (written / file.name).read_bytes()


@pytest.mark.slow
def test_that_all_are_written_in_both_schemes_and_are_small(written: Path, tmp_path: Path) -> None:
    files = list(write(tmp_path).iterdir())
    assert len(files) == 3 * len(NAMES) and sum(file.stat().st_size for file in files) < MOST
    assert all(file.read_bytes() == (tmp_path / file.name).read_bytes() for file in written.iterdir())
