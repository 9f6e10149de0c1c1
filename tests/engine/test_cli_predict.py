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
from engine.data.appearance import Appearance, Placing
from engine.data.dataset import Dataset, Split
from engine.files.project import Project, open_project, save
from engine.settings import TrainingSettings
from tests.helpers.command import Captured, lines, refused, run, values, write

TEST = catalogue.load("bundled").test
WAY = (
    "Each picture is prepared as a drawing: light ink on dark paper, scaled to one size and centred by mass, as in the"
    " training images."
)
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
        assert (each["as"], each["paper"], each["placing"]) == ("drawing", "dark", "mass")


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
    way, first, second = err.splitlines()
    assert way == WAY
    assert first.startswith("cnn-engine: 1.png is not a picture") and first.endswith(".")
    assert second == f"cnn-engine: {pictures[2]}: No such file or directory; check its name and its folder."


def test_that_a_reader_that_went_away_is_no_picture_that_cannot_be_read(pictures: list[Path]) -> None:
    program = [sys.executable, "-m", "engine.cli", "predict", *map(str, pictures * 3)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout and process.stderr and process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read().decode().strip() == WAY
    assert process.returncode == codes.BROKEN_PIPE == 141


def test_that_a_photograph_is_read_in_colour_and_names_tell_that_it_is_none_of_a_digit(
    capsys: Captured, tmp_path: Path
) -> None:
    network = photographer(tmp_path / "photos.cnn", "softmax")
    Image.new("RGB", (20, 30), (20, 40, 255)).save(tmp_path / "sea.jpg")
    (told,) = values(capsys, "predict", tmp_path / "sea.jpg", "--network", network)
    assert (told["class"], told["as"]) == ("blue", "photo")
    assert told["probability"] == pytest.approx(np.exp(1) / (np.exp(20 / 255) + np.exp(40 / 255) + np.exp(1)), abs=0.01)
    assert "shows only paper" in refused(
        capsys, "predict", tmp_path / "sea.jpg", "--network", network, "--as", "drawing"
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
    assert "0.png: the network's output is not a number; train it again." in told


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


# What a network reads is a property of its data


@pytest.fixture(scope="module")
def dark_on_white(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the project of a network that the command line trained on the bundled digits as dark ink on white."""
    folder, data = tmp_path_factory.mktemp("dark"), catalogue.load("bundled")
    splits = (Split(255 - split.images, split.labels) for split in (data.train, data.test))
    source = write(folder / "dark.npz", Dataset("dark", *splits, data.class_names))
    command = ("train", "--preset", "lenet5", "--data", source, "--epochs", 3, "--augment", "--validation", 0)
    assert run(*command, "--threads", 1, "--out", folder / "dark.cnn") == 0
    return folder / "dark.cnn"


def test_that_a_project_knows_how_its_training_images_look(dark_on_white: Path) -> None:
    look = open_project(dark_on_white).appearance
    assert look is not None
    assert (look.paper, look.ink, look.placing, look.box) == ((1.0,), (0.0,), Placing.MASS, 20)


@pytest.mark.parametrize("inverted", [False, True], ids=["light on dark", "dark on light"])
def test_that_a_network_of_dark_ink_on_white_gets_dark_ink_on_white(
    capsys: Captured, tmp_path: Path, dark_on_white: Path, inverted: bool
) -> None:
    """Once it got white ink on black, and 9 of 40 were right."""
    paths = [tmp_path / f"{n}.png" for n in range(40)]
    for path, image in zip(paths, TEST.images[::25, 0], strict=True):
        large = Image.fromarray(image).resize((120, 120)).crop((-20, -10, 180, 140))
        Image.fromarray(255 - np.asarray(large) if inverted else np.asarray(large)).save(path)
    told = values(capsys, "predict", *paths, "--network", dark_on_white)
    assert sum(int(each["class"]) == label for each, label in zip(told, TEST.labels[::25], strict=True)) >= 37
    assert {(each["as"], each["paper"]) for each in told} == {("drawing", "light")}
    assert run("predict", paths[0], "--network", dark_on_white) == 0
    assert "as a drawing: dark ink on light paper" in capsys.readouterr().err


def test_that_photographs_without_names_are_read_as_photographs(capsys: Captured, tmp_path: Path) -> None:
    """Class names of one letter once made digits of them, and 4 of 30 were right."""
    network = photographer(tmp_path / "photos.cnn")
    data = Split(np.random.default_rng(0).integers(0, 256, (90, 3, 1, 1), np.uint8), np.arange(90) % 3)
    look = Appearance.of(data.images)
    for project in (open_project(network), replace(open_project(network), appearance=look)):
        save(tmp_path / "unnamed.cnn", replace(project, class_names=("0", "1", "2")))
        paths, expected = [], []
        for n in range(30):
            paths.append(tmp_path / f"{n}.png")
            expected.append(str(n % 3))
            Image.new("RGB", (20, 20), tuple(200 if k == n % 3 else 90 for k in range(3))).save(paths[-1])
        told = values(capsys, "predict", *paths, "--network", tmp_path / "unnamed.cnn")
        assert [each["class"] for each in told] == expected
        assert {each["as"] for each in told} == {"photo"} and "paper" not in told[0]


def test_that_digits_with_long_names_are_read_as_digits(capsys: Captured, tmp_path: Path, pictures: list[Path]) -> None:
    names = ("10", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    save(tmp_path / "named.cnn", replace(open_project(SHIPPED), class_names=names))
    told = values(capsys, "predict", *pictures, "--network", tmp_path / "named.cnn")
    assert [each["class"] for each in told] == [names[label] for label in TEST.labels[:10]]


def test_that_it_is_told_where_a_project_does_not_say_how_its_images_look(
    capsys: Captured, tmp_path: Path, pictures: list[Path]
) -> None:
    save(tmp_path / "old.cnn", replace(open_project(SHIPPED), appearance=None, data_source="somewhere.npz"))
    assert run("predict", pictures[0], "--network", tmp_path / "old.cnn") == 0
    told = capsys.readouterr().err
    assert "light ink on dark paper" in told and told.endswith("if that is wrong, use --as photo.\n")
    assert values(capsys, "predict", pictures[0], "--network", tmp_path / "old.cnn")[0]["assumed"]
    assert "assumed" not in values(capsys, "predict", pictures[0])[0]
    assert run("predict", pictures[0], "--network", tmp_path / "old.cnn", "--as", "photo") == 0
    assert "as a photograph: its middle in grey, scaled to 28 × 28.\n" in capsys.readouterr().err


def test_that_an_older_project_is_asked_for_its_data(capsys: Captured, tmp_path: Path, dark_on_white: Path) -> None:
    Image.fromarray(TEST.images[0, 0]).save(tmp_path / "a.png")
    save(tmp_path / "old.cnn", replace(open_project(dark_on_white), appearance=None))
    (told,) = values(capsys, "predict", tmp_path / "a.png", "--network", tmp_path / "old.cnn")
    assert (told["paper"], told["class"], "assumed" in told) == ("light", str(TEST.labels[0]), False)


def test_that_measuring_on_images_of_another_polarity_is_told(capsys: Captured, dark_on_white: Path) -> None:
    (told,) = values(capsys, "evaluate", dark_on_white, "--data", "bundled")
    assert "learned from were dark ink on light paper" in " ".join(told["remarks"])
    assert run("evaluate", dark_on_white) == 0
    assert "ink" not in capsys.readouterr().err
