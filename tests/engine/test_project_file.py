"""The project file: what goes in comes out, old versions open, and nothing hostile ends in anything but a sentence."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import registry
from engine.architecture import Architecture, LayerSpec, new_layer
from engine.data.appearance import Appearance, Placing
from engine.errors import BadInputError
from engine.files import archive, migrations, npy
from engine.files.project import Project, open_project, save
from engine.files.weights import restore, trained_model, weights_of
from engine.history import EpochResult, History
from engine.model import Model
from engine.settings import TrainingSettings
from tests.helpers import archives, tiny
from tests.helpers.layers import configs

SAMPLES = Path(__file__).resolve().parents[1] / "data"
MODEL = Model.build(tiny.architecture(), (1, 8, 8), np.random.default_rng(0))
CONV, _, _, _, DENSE, _ = (spec.uid for spec in MODEL.architecture.layers)
same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def history() -> History:
    result = History()
    for step in range(3):
        result.add_step(1 / (step + 1), step / 4)
    result.epochs.append(EpochResult(1, 3, 0.5, 0.75, np.nan, np.nan, 0.25, 0.875, 1.5, 1234.5))
    return result


PROJECT = Project(
    MODEL.architecture,
    TrainingSettings(epochs=3, learning_rate=0.02, augment=True, schedule="cosine"),
    (1, 8, 8),
    ("low", "höher"),
    "/some/where/data.npz",
    weights_of(MODEL),
    history(),
    Appearance((1.0,), (0.0,), Placing.FREE, 5, None),
)


def saved(folder: Path, project: Project = PROJECT) -> Path:
    save(folder / "some.cnn", project)
    return folder / "some.cnn"


def with_entries(folder: Path, **changes: Any) -> Path:
    """Return a saved project with entries changed, ``__`` standing for ``/``; None takes one away."""
    entries: dict[str, Any] = archives.unpacked(saved(folder).read_bytes())
    entries.update({name.replace("__", "/"): value for name, value in changes.items()})
    path = folder / "some.cnn"
    path.write_bytes(archives.packed({name: value for name, value in entries.items() if value is not None}))
    return path


def with_values(folder: Path, **changes: Any) -> Path:
    """Return a saved project with values in project.json changed."""
    values = json.loads(archives.unpacked(saved(folder).read_bytes())["project.json"])
    return with_entries(folder, **{"project.json": json.dumps({**values, **changes}).encode()})


def refusal(path: Path) -> str:
    with pytest.raises(BadInputError) as caught:
        open_project(path)
    return sentence(caught.value)


def sentence(error: BadInputError) -> str:
    """Return the error's text, having checked that it is one line that names the file and ends properly."""
    text = str(error)
    assert text.startswith("some.cnn")
    assert text.endswith(".")
    assert "\n" not in text
    return text


def assert_equal(a: Project, b: Project) -> None:
    """Compare everything, bit for bit."""
    for field in ("architecture", "settings", "input_shape", "class_names", "data_source"):
        assert getattr(a, field) == getattr(b, field)
    assert names(a) == names(b)
    for uid, arrays in a.weights.items():
        for name, values in arrays.items():
            np.testing.assert_array_equal(values, b.weights[uid][name], strict=True)
    for name, values in a.history.to_arrays().items():
        np.testing.assert_array_equal(values, b.history.to_arrays()[name], strict=True)


def names(project: Project) -> dict[str, set[str]]:
    return {uid: set(arrays) for uid, arrays in project.weights.items()}


def test_that_a_project_comes_back_bit_for_bit(tmp_path: Path) -> None:
    assert_equal(open_project(saved(tmp_path)), PROJECT)
    assert names(PROJECT) == {CONV: {"weight", "bias"}, DENSE: {"weight", "bias"}}


def test_that_a_network_without_weights_and_history_comes_back(tmp_path: Path) -> None:
    empty = Project(Architecture(), TrainingSettings(), (3, 32, 20), ("a", "b"), "bundled")
    assert_equal(open_project(saved(tmp_path, empty)), empty)


def test_that_some_layers_may_lack_weights(tmp_path: Path) -> None:
    partial = replace(PROJECT, weights={DENSE: PROJECT.weights[DENSE]})
    assert names(open_project(saved(tmp_path, partial))) == {DENSE: {"weight", "bias"}}


def test_that_weights_behind_a_layer_that_cannot_work_are_kept(tmp_path: Path) -> None:
    broken = replace(PROJECT, architecture=PROJECT.architecture.insert(1, new_layer("flatten")))
    assert_equal(open_project(saved(tmp_path, broken)), broken)


def test_that_the_same_project_gives_the_same_bytes(tmp_path: Path) -> None:
    assert saved(tmp_path).read_bytes() == saved(tmp_path).read_bytes()


def test_that_a_person_can_read_project_json_without_the_program(tmp_path: Path) -> None:
    text = archives.unpacked(saved(tmp_path).read_bytes())["project.json"].decode("ascii")
    values = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert list(values) == sorted(values)
    assert (values["format"], values["version"]) == ("cnn-gui project", migrations.VERSION)
    assert values["architecture"][0]["type"] == "conv2d"
    assert values["settings"]["learning_rate"] == 0.02


@st.composite
def chains(draw: st.DrawFn) -> Architecture:
    """Draw chains of any layers; most of them cannot work."""
    drawn = draw(st.lists(st.sampled_from(registry.all_types()).flatmap(lambda t: configs(t.config)), max_size=6))
    return Architecture(tuple(LayerSpec(f"layer{i}", config) for i, config in enumerate(drawn)))


@same_folder
@given(chain=chains(), size=st.integers(1, 512))
def test_that_any_chain_comes_back(tmp_path: Path, chain: Architecture, size: int) -> None:
    some = Project(chain, TrainingSettings(), (1, size, size), ("a", "b"), "bundled")
    assert_equal(open_project(saved(tmp_path, some)), some)


def test_that_the_history_of_a_long_run_survives_with_what_it_kept(tmp_path: Path) -> None:
    arrays = History().to_arrays()
    for name in ("smoothed_accuracy", "totals", "total_seconds"):  # what a program that kept every step did not write
        del arrays[name]
    numbers = np.arange(1, 200_001, dtype=np.float32)
    long = History.from_arrays({**arrays, "loss": numbers, "smoothed": numbers, "accuracy": 1 / numbers})
    long.epochs.append(history().epochs[0])
    again = open_project(saved(tmp_path, replace(PROJECT, history=long))).history
    assert (again.steps, again.every, len(again.loss)) == (200_000, 4, 50_000)
    assert (again.loss == again.curves.steps).all()
    assert (again.epochs, again.epochs.seconds) == (long.epochs, 1.5)
    for name, values in long.to_arrays().items():
        np.testing.assert_array_equal(again.to_arrays()[name], values, strict=True)


def test_that_the_sample_of_version_1_opens() -> None:
    project = open_project(SAMPLES / "project-v1.cnn")
    assert [spec.type.name for spec in project.architecture.layers] == [
        "conv2d", "relu", "pool2d", "flatten", "dense", "softmax",
    ]  # fmt: skip
    assert project.settings == TrainingSettings(
        epochs=2, batch_size=16, optimizer="momentum", learning_rate=0.05, momentum=0.8, schedule="cosine",
        augment=True, validation=0.25, seed=7,
    )  # fmt: skip
    assert (project.input_shape, project.class_names, project.data_source) == ((1, 8, 8), ("low", "high"), "bundled")
    assert project.weights["conv"]["weight"].shape == (3, 1, 3, 3)
    assert project.weights["dense"]["bias"].tolist() == [0.5, -0.25]
    assert project.history.steps == 4
    assert project.history.loss[:4].tolist() == [1.0, 0.5, 0.25, 0.125]
    assert [epoch.test_accuracy for epoch in project.history.epochs] == [0.75, 1.0]


def test_that_the_sample_of_version_2_opens() -> None:
    project = open_project(SAMPLES / "project-v2.cnn")
    assert project.settings == TrainingSettings(
        epochs=3, batch_size=32, loss="mean squared error", optimizer="gradient descent", learning_rate=0.5,
        momentum=0.25, rho=0.875, beta1=0.75, beta2=0.9375, weight_decay=0.0005, clip_norm=1.5, schedule="step",
        warm_up=0.125, drop=0.5, drop_every=0.25, augment=False, validation=0.125, seed=11,
    )  # fmt: skip
    conv, dense = (project.architecture.find(uid).config for uid in ("conv", "dense"))
    assert (conv.padding, conv.initializer, dense.initializer) == ("same", "vertical edges", "Xavier uniform")
    assert project.weights["conv"]["weight"].tolist() == [[[[1, 0, -1]] * 3]] * 2
    assert project.weights["dense"]["bias"].tolist() == [0.5, -0.25]
    assert project.history.loss[: project.history.steps].tolist() == [0.5, 0.25]


def test_that_the_sample_of_version_3_opens() -> None:
    project = open_project(SAMPLES / "project-v3.cnn")
    assert project.appearance == Appearance((1.0,), (0.125,), Placing.BOX, 6, (1.5, 3.25))
    assert project.data_source == "dark-on-white.npz"


def test_that_what_a_history_is_of_is_kept_and_anything_unknown_is_refused(tmp_path: Path) -> None:
    project = open_project(SAMPLES / "project-v3.cnn")
    assert project.figures_of == ""
    save(tmp_path / "a.cnn", replace(project, figures_of="edit"))
    assert open_project(tmp_path / "a.cnn").figures_of == "edit"
    save(tmp_path / "a.cnn", replace(project, figures_of="tea"))
    with pytest.raises(BadInputError, match="its history is of"):
        open_project(tmp_path / "a.cnn")


@pytest.mark.parametrize(
    ("source", "shape", "known"),
    [
        ("bundled", [1, 28, 28], True),
        ("bundled:classes=1+7", [1, 28, 28], True),
        ("bundled:crop=24x24", [1, 24, 24], False),
        ("bundled.npz", [1, 28, 28], False),
        ("photos.npz:grey", [1, 32, 32], False),
        (None, [1, 28, 28], False),
    ],
)
def test_that_an_older_file_says_how_the_bundled_digits_look_and_no_other_data(
    source: Any, shape: list[int], known: bool
) -> None:
    values = migrations.STEPS[2]({"data_source": source, "input_shape": shape})
    assert values["appearance"] == (Appearance.of_mnist((1, 28, 28)).to_dict() if known else None)


@pytest.mark.parametrize("values", [{}, {"settings": None}, {"settings": []}, {"settings": {"optimizer": ["SGD"]}}])
def test_that_the_step_from_version_1_leaves_what_is_no_setting_to_the_reader(values: dict[str, Any]) -> None:
    assert migrations.STEPS[1](values) == {"settings": None, **values}


def test_that_every_version_has_a_sample() -> None:
    for version in range(1, migrations.VERSION + 1):
        assert (SAMPLES / f"project-v{version}.cnn").is_file()
    assert sorted(migrations.STEPS) == list(range(1, migrations.VERSION))


def test_that_an_old_file_goes_through_every_step_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = with_values(tmp_path, version=1)
    monkeypatch.setattr(migrations, "VERSION", 3)
    steps = {n: lambda values, n=n: {**values, "data_source": f"{values['data_source']} {n}"} for n in (1, 2)}
    monkeypatch.setattr(migrations, "STEPS", steps)
    assert open_project(path).data_source == "/some/where/data.npz 1 2"


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"version": migrations.VERSION + 1}, "a newer version"),
        ({"version": 0}, "does not exist"),
        ({"version": True}, "does not exist"),
        ({"version": "1"}, "does not exist"),
        ({"format": "something else"}, "not a project of this program"),
        ({"architecture": [{"uid": "a", "type": "transformer"}]}, "no layer type 'transformer'"),
        ({"architecture": [{"uid": "../a", "type": "relu"}]}, "'uid'"),
        ({"architecture": [{"uid": "a", "type": "relu"}] * 2}, "same uid"),
        ({"architecture": [{"uid": "a", "type": "dense", "units": 10**9}]}, "Units is 1000000000"),
        ({"architecture": [{"uid": "a", "type": "dense", "units": 10**400}]}, "whole number from 1 to 8192"),
        ({"architecture": [{"uid": "a", "type": "dense", "colour": 1}]}, "no setting 'colour'"),
        ({"architecture": {}}, "list of layers"),
        ({"settings": {"epochs": 0}}, "Epochs is 0"),
        ({"settings": {"learning_rate": float("nan")}}, "Learning rate must be a number"),
        ({"settings": {"optimizer": ["Adam"]}}, "Optimizer must be one of"),
        ({"settings": None}, "settings are missing"),
        ({"input_shape": [1, 28]}, "input shape"),
        ({"input_shape": [1, 28, 513]}, "input shape"),
        ({"input_shape": [1, 28, 28.0]}, "input shape"),
        ({"class_names": "ab"}, "class names"),
        ({"class_names": ["a", 1]}, "class names"),
        ({"class_names": ["a", "\ud800"]}, "unusable name"),
        ({"class_names": ["x"] * 1001}, "class names"),
        ({"data_source": None}, "data source"),
        ({"appearance": {"paper": "white"}}, "images' appearance"),
        ({"appearance": []}, "images' appearance"),
    ],
)
def test_that_values_that_make_no_sense_are_refused_in_a_sentence(
    tmp_path: Path, changes: dict[str, Any], part: str
) -> None:
    assert part in refusal(with_values(tmp_path, **changes))


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (None, "no project.json"),
        (b"", "project.json is damaged"),
        (b"[]", "not a project of this program"),
        (b"\xff\xfe", "project.json is damaged"),
        (b"[" * 100_000, "project.json is damaged"),
        (b'{"version": ' + b"9" * 5000 + b"}", "project.json is damaged"),
        (b" " * (4 * 2**20 + 1), "longer than"),
    ],
)
def test_that_an_unreadable_project_json_is_refused(tmp_path: Path, content: bytes | None, part: str) -> None:
    assert part in refusal(with_entries(tmp_path, **{"project.json": content}))


@pytest.mark.parametrize(
    ("name", "values", "part"),
    [
        ("weight", np.zeros((3, 1, 3, 4), np.float32), "has shape (3, 1, 3, 4), but the layer needs (3, 1, 3, 3)"),
        ("bias", None, "'bias' has shape none, but the layer needs (3,)"),
        ("more", np.zeros(3, np.float32), "'more' has shape (3,), but the layer needs none"),
        ("bias", np.array([0, np.nan, 0], np.float32), "not finite"),
        ("bias", np.array([0, 1e300, 0]), "not finite"),
        ("bias", np.zeros(3, np.int32), "not finite"),
        ("bias", np.array(["a", "b", "c"]), "not finite"),
        ("bias", b"\x93NUMPY", "damaged"),
    ],
)
def test_that_weights_that_do_not_fit_their_layer_are_refused(
    tmp_path: Path, name: str, values: Any, part: str
) -> None:
    assert part in refusal(with_entries(tmp_path, **{f"weights/{CONV}.{name}.npy": values}))


@pytest.mark.parametrize(
    "changes",
    [
        {"history__loss.npy": None},
        {"history__loss.npy": np.zeros(2, np.float32)},
        {"history__loss.npy": np.zeros((3, 1), np.float32)},
        {"history__loss.npy": np.array(["a", "b", "c"])},
        {"history__epoch_epoch.npy": np.zeros(2)},
        {"history__epoch_epoch.npy": np.array([np.nan])},
        {"history__epoch_epoch.npy": np.array([np.inf])},
        {"history__epoch_epoch.npy": np.zeros(1_000_001, np.uint8)},
        {"history__epoch_seconds.npy": np.array(1.0)},
    ],
)
def test_that_a_history_that_does_not_fit_together_is_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    assert "history" in refusal(with_entries(tmp_path, **changes))


def test_that_a_file_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = with_entries(tmp_path, extra=bytes(1_000_000))
    monkeypatch.setattr(archive, "UNPACKED_LIMIT", 900_000)
    assert "limit" in refusal(path)


def test_that_a_data_set_is_not_taken_for_a_project(tmp_path: Path) -> None:
    assert "choose a project file" in refusal(archives.write(tmp_path / "some.cnn", archives.arrays()))


@same_folder
@given(place=st.integers(0, 100_000), bit=st.integers(0, 7), cut=st.booleans())
def test_that_a_flipped_bit_or_a_cut_ends_in_a_sentence(tmp_path: Path, place: int, bit: int, cut: bool) -> None:
    path = saved(tmp_path)
    content = path.read_bytes()
    path.write_bytes(content[: place % len(content)] if cut else archives.flipped(content, place, bit))
    try:
        open_project(path)
    except BadInputError as error:
        sentence(error)


@same_folder
@given(data=st.data(), place=st.integers(0, 100_000), bit=st.integers(0, 7))
def test_that_a_flipped_bit_under_a_right_checksum_ends_in_a_sentence(
    tmp_path: Path, data: st.DataObject, place: int, bit: int
) -> None:
    entries = archives.unpacked(saved(tmp_path).read_bytes())
    name = data.draw(st.sampled_from(sorted(entries)))
    path = with_entries(tmp_path, **{name: archives.flipped(entries[name], place, bit)})
    try:
        open_project(path)
    except BadInputError as error:
        sentence(error)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(same_folder, max_examples=50)
@given(key=st.sampled_from(["architecture", "settings", "input_shape", "class_names", "version"]), value=json_values)
def test_that_any_value_in_project_json_ends_in_a_sentence(tmp_path: Path, key: str, value: Any) -> None:
    try:
        open_project(with_values(tmp_path, **{key: value}))
    except BadInputError as error:
        sentence(error)


def test_that_a_save_that_fails_keeps_the_old_file(tmp_path: Path) -> None:
    path = saved(tmp_path)
    before = path.read_bytes()
    with pytest.raises(ValueError, match="allow_pickle"):
        save(path, replace(PROJECT, weights={CONV: {"weight": np.array([object()])}}))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def other_model() -> Model:
    return Model.build(MODEL.architecture, (1, 8, 8), np.random.default_rng(1))


def test_that_weights_return_to_the_layers_they_came_from() -> None:
    model = other_model()
    assert restore(model, weights_of(MODEL)) == [CONV, DENSE]
    np.testing.assert_array_equal(model.parameters.flat, MODEL.parameters.flat)


def test_that_weights_are_a_copy() -> None:
    model = other_model()
    weights = weights_of(model)
    before = weights[CONV]["weight"].copy()
    model.parameters.flat += 1
    np.testing.assert_array_equal(weights[CONV]["weight"], before)


def test_that_a_layer_whose_shape_changed_keeps_its_own_weights() -> None:
    wider = MODEL.architecture.configure(DENSE, replace(MODEL.architecture.find(DENSE).config, units=3))
    model = Model.build(wider, (1, 8, 8), np.random.default_rng(1))
    dense = model.parameters.layers[4]["weight"].copy()
    assert restore(model, weights_of(MODEL)) == [CONV]
    np.testing.assert_array_equal(model.parameters.layers[0]["weight"], MODEL.parameters.layers[0]["weight"])
    np.testing.assert_array_equal(model.parameters.layers[4]["weight"], dense)


def test_that_a_trained_model_puts_out_what_the_saved_one_did(tmp_path: Path) -> None:
    project = open_project(saved(tmp_path))
    x = np.random.default_rng(2).random((5, 1, 8, 8), np.float32)
    model = trained_model(project.architecture, project.input_shape, project.weights)
    np.testing.assert_array_equal(model.forward(x), MODEL.forward(x))


def test_that_a_layer_without_weights_is_named_before_it_is_built() -> None:
    untrained = Architecture((new_layer("flatten"), new_layer("dense", units=8192), new_layer("softmax")))
    with pytest.raises(BadInputError, match=r"Layer 2 \(Dense\) has no weights"):
        trained_model(untrained, (1, 40, 40), {})


def test_that_a_layer_that_would_not_fit_into_memory_is_refused_before_it_is_built() -> None:
    huge = Architecture((new_layer("flatten"), new_layer("dense", units=8192)))
    for shape, words in (((512, 512, 512), "134,217,728 values"), ((3, 64, 64), "100,671,488 parameters")):
        with pytest.raises(BadInputError, match=words):
            trained_model(huge, shape, {})


def test_that_values_of_another_precision_are_read_as_float32(tmp_path: Path) -> None:
    path = with_entries(tmp_path, **{f"weights/{CONV}.bias.npy": npy.to_bytes(np.array([1.0, 2.0, 3.0]))})
    assert open_project(path).weights[CONV]["bias"].dtype == np.float32
