"""``cnn-engine predict``: what it sees in pictures, for a person and for a program, and how it refuses."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import resources
from engine.architecture import Architecture, new_layer
from engine.commands import codes, predict
from engine.data import catalogue
from engine.files.project import Project, open_project, save
from engine.settings import TrainingSettings
from tests.helpers.command import Captured, lines, refused, run, values

TEST = catalogue.load("bundled").test
SHIPPED = resources.path("models", "lenet5.cnn")


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    """Return files of the first ten test digits, every second one dark on light, larger, and off the middle."""
    paths = [tmp_path / f"{n}.png" for n in range(10)]
    for n, path in enumerate(paths):
        picture = Image.fromarray(TEST.images[n, 0])
        if n % 2:
            paper = Image.new("L", (300, 200), 255)
            paper.paste(Image.fromarray(255 - TEST.images[n, 0]).resize((140, 140)), (120, 20))
            picture = paper
        picture.save(path)
    return paths


def photographer(path: Path, *layers: Architecture | str, channels: int = 3) -> Path:
    """Save a network whose one weight makes the middle of the picture's channels its answer, and return the file."""
    flatten, dense = new_layer("flatten"), new_layer("dense", units=3)
    chain = Architecture((flatten, dense, *(new_layer(str(name)) for name in layers)))
    weights = {dense.uid: {"weight": np.eye(3, channels, dtype=np.float32), "bias": np.zeros(3, np.float32)}}
    names = ("red", "green", "blue")
    save(path, Project(chain, TrainingSettings(), (channels, 1, 1), names, "bundled", weights))
    return path


def test_that_the_shipped_network_reads_the_digits_in_files(capsys: Captured, pictures: list[Path]) -> None:
    told = values(capsys, "predict", *pictures)
    assert [each["file"] for each in told] == list(map(str, pictures))
    assert [int(each["class"]) for each in told] == TEST.labels[:10].tolist()
    for each in told:
        top = each["top"]
        assert len(top) == 3 and top[0] == {"class": each["class"], "probability": each["probability"]}
        assert 1 >= top[0]["probability"] >= top[1]["probability"] >= top[2]["probability"] >= 0
        assert each["as"] == "digit"


def test_that_photographs_of_digits_are_read(capsys: Captured, tmp_path: Path) -> None:
    """Pencil on paper in uneven light, with noise, as JPEG."""
    rng, paths = np.random.default_rng(0), [tmp_path / f"{n}.jpg" for n in range(30)]
    for n, path in enumerate(paths):
        ink = np.asarray(Image.fromarray(TEST.images[n, 0]).resize((200, 200)), float) / 255
        paper = 160 + np.add.outer(np.linspace(-20, 10, 260), np.linspace(-15, 25, 300)) + rng.normal(0, 3, (260, 300))
        paper[40:240, 20:220] *= 1 - 0.6 * ink
        Image.fromarray(paper.clip(0, 255).astype(np.uint8)).save(path, quality=60)
    told = values(capsys, "predict", *paths)
    assert sum(int(each["class"]) == label for each, label in zip(told, TEST.labels, strict=False)) >= 29


def test_that_a_person_gets_a_line_for_each_picture(capsys: Captured, pictures: list[Path]) -> None:
    printed = lines(capsys, "predict", *pictures[:3], "--network", SHIPPED)
    for path, line, label in zip(pictures, printed, TEST.labels, strict=False):
        assert re.fullmatch(rf"{re.escape(str(path))}: {label} \(\d+\.\d%\), then \d \(.*%\), \d \(.*%\)", line)


def test_that_the_other_pictures_are_told_when_one_cannot_be_read(capsys: Captured, pictures: list[Path]) -> None:
    pictures[1].write_bytes(b"no picture")
    pictures[2].unlink()
    assert run("predict", *pictures[:4]) == 2
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 2
    first, second = err.splitlines()
    assert first.startswith("cnn-engine: 1.png is no picture") and first.endswith(".")
    assert second == f"cnn-engine: {pictures[2]}: No such file or directory; check its name and its folder."


def test_that_a_reader_that_went_away_is_no_picture_that_cannot_be_read(pictures: list[Path]) -> None:
    program = [sys.executable, "-m", "engine.cli", "predict", *map(str, pictures * 3)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout and process.stderr and process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == codes.BROKEN_PIPE == 141


def test_that_a_photograph_is_read_in_colour_and_names_tell_that_it_is_none_of_a_digit(
    capsys: Captured, tmp_path: Path
) -> None:
    network = photographer(tmp_path / "photos.cnn", "softmax")
    Image.new("RGB", (20, 30), (20, 40, 255)).save(tmp_path / "sea.jpg")
    (told,) = values(capsys, "predict", tmp_path / "sea.jpg", "--network", network)
    assert (told["class"], told["as"]) == ("blue", "photo")
    assert told["probability"] == pytest.approx(np.exp(1) / (np.exp(20 / 255) + np.exp(40 / 255) + np.exp(1)), abs=0.01)
    assert "shows nothing but paper" in refused(
        capsys, "predict", tmp_path / "sea.jpg", "--network", network, "--as", "digit"
    )  # fmt: skip


def test_that_outputs_that_are_no_probabilities_are_not_called_so(capsys: Captured, tmp_path: Path) -> None:
    network = photographer(tmp_path / "photos.cnn")
    Image.new("RGB", (2, 2), (255, 51, 0)).save(tmp_path / "a.png")
    (told,) = values(capsys, "predict", tmp_path / "a.png", "--network", network)
    assert (
        told["output"] == 1
        and "probability" not in told
        and [e["class"] for e in told["top"]] == ["red", "green", "blue"]
    )
    (line,) = lines(capsys, "predict", tmp_path / "a.png", "--network", network)
    assert line.endswith("a.png: red (1), then green (0.2), blue (0)")


def test_that_an_answer_of_two_classes_names_both() -> None:
    top = [{"class": "a", "probability": 0.75}, {"class": "b", "probability": 0.25}]
    assert predict.told({"file": "x.png", "top": top}) == "x.png: a (75.0%), then b (25.0%)"
    assert predict.told({"file": "x.png", "top": top[:1]}) == "x.png: a (75.0%)"


def test_that_an_answer_that_is_no_number_is_refused(capsys: Captured, tmp_path: Path, pictures: list[Path]) -> None:
    project = open_project(SHIPPED)
    huge = {uid: {name: np.full_like(a, 1e38) for name, a in arrays.items()} for uid, arrays in project.weights.items()}
    save(tmp_path / "huge.cnn", replace(project, weights=huge))
    told = refused(capsys, "predict", pictures[0], "--network", tmp_path / "huge.cnn")
    assert "0.png: the network's answer is no number; train it again." in told


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ([], "required: IMAGE"),
        (["{}/0.png", "--network", "{}/missing.cnn"], "missing.cnn: No such file"),
        (["{}/0.png", "--network", "{}/0.png"], "0.png is not a zip archive"),
        (["{}/0.png", "--network", "{}/new.cnn"], "has no weights that fit it; train the network first"),
        (["{}/0.png", "--network", "{}/maps.cnn"], "does not end with one value for each class"),
        (["{}/0.png", "--as", "letter"], "invalid choice: 'letter'"),
        (["{}"], "Is a directory"),
    ],
)
@pytest.mark.usefixtures("pictures")
def test_that_bad_input_is_one_sentence_and_exit_code_2(
    capsys: Captured, tmp_path: Path, arguments: list[str], part: str
) -> None:
    project = open_project(SHIPPED)
    save(tmp_path / "new.cnn", replace(project, weights={}))
    save(tmp_path / "maps.cnn", replace(project, architecture=Architecture((new_layer("relu"),)), weights={}))
    assert part in refused(capsys, "predict", *(argument.format(tmp_path) for argument in arguments))


def test_that_no_other_command_imports_pillow() -> None:
    """Whoever installs NumPy alone can train; only reading pictures needs more."""
    text = Path(predict.__file__).read_text(encoding="utf-8")
    assert "from engine.data.image import" in text
    others = (path for path in Path(predict.__file__).parent.glob("*.py") if path.name != "predict.py")
    assert not [path.name for path in others if "engine.data.image" in path.read_text(encoding="utf-8")]
