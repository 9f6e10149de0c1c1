"""Reading data off the GUI thread: what arrives, in which thread, and what becomes of requests that are overtaken."""

import gzip
import threading
import time
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from cnn_gui.datasets.loader import DatasetLoader
from cnn_gui.document import Document
from engine.data import catalogue
from engine.data.appearance import Appearance
from engine.data.dataset import Dataset
from engine.files import reading
from tests.helpers import archives, files_read, tiny


class Listener:
    """Everything that a loader said, in order."""

    def __init__(self, loader: DatasetLoader) -> None:
        self.loaded: list[tuple[Dataset, str]] = []
        self.failed: list[str] = []
        loader.loaded.connect(lambda data, source: self.loaded.append((data, source)))
        loader.failed.connect(self.failed.append)

    @property
    def heard(self) -> int:
        return len(self.loaded) + len(self.failed)


class Gate:
    """Holds the reading of each source until it is opened."""

    def __init__(self, *sources: str) -> None:
        self.open = {source: threading.Event() for source in sources}
        self.threads: list[threading.Thread] = []

    def load(self, source: str) -> Dataset:
        self.threads.append(threading.current_thread())
        assert self.open[source].wait(5)
        return tiny.dataset(classes=2 if source == "a.npz" else 4)


@pytest.fixture
def loader(qapp) -> DatasetLoader:
    loader = DatasetLoader()
    yield loader
    loader.give_up()


@pytest.fixture
def listener(loader) -> Listener:
    return Listener(loader)


def refusal(qtbot: QtBot, loader: DatasetLoader, source: Path | str) -> str:
    """Return the sentence with which reading *source* fails."""
    with qtbot.waitSignal(loader.failed) as failed:
        loader.load(str(source))
    return failed.args[0]


def test_that_the_bundled_digits_are_read(loader, qtbot):
    with qtbot.waitSignal(loader.loaded) as loaded:
        loader.load("bundled")
    data, source = loaded.args
    assert source == "bundled" and data.image_shape == (1, 28, 28) and len(data.class_names) == 10


def test_that_an_npz_file_is_read_with_its_shape_and_classes(loader, qtbot, tmp_path):
    path = archives.write(tmp_path / "mine.npz", archives.arrays(train=12, test=4, classes=3, size=5))
    with qtbot.waitSignal(loader.loaded) as loaded:
        loader.load(str(path))
    data, source = loaded.args
    assert (data.name, source, data.image_shape) == ("mine.npz", str(path), (1, 5, 5))
    assert (len(data.train), len(data.test), data.class_names) == (12, 4, ("0", "1", "2"))


def test_that_reading_happens_outside_of_the_gui_thread(loader, listener, qtbot, monkeypatch):
    gate = Gate("a.npz")
    monkeypatch.setattr(catalogue, "load", gate.load)
    loader.load("a.npz")
    qtbot.waitUntil(lambda: bool(gate.threads))
    assert gate.threads != [threading.main_thread()] and not listener.heard
    gate.open["a.npz"].set()
    qtbot.waitUntil(lambda: listener.heard == 1)


@pytest.mark.parametrize("order", [("a.npz", "b.npz"), ("b.npz", "a.npz")], ids=["in order", "overtaken"])
def test_that_of_two_requests_only_the_last_one_counts_whichever_is_read_first(
    loader, listener, qtbot, monkeypatch, order
):
    gate = Gate("a.npz", "b.npz")
    monkeypatch.setattr(catalogue, "load", gate.load)
    loader.load("a.npz")
    loader.load("b.npz")
    for source in order:
        gate.open[source].set()
        qtbot.wait(20)
    files_read.finish()
    qtbot.waitUntil(lambda: listener.heard == 1)
    qtbot.wait(20)
    assert [source for _, source in listener.loaded] == ["b.npz"]
    assert len(listener.loaded[0][0].class_names) == 4


def test_that_an_overtaken_request_that_fails_is_not_told(loader, listener, qtbot, tmp_path):
    good = archives.write(tmp_path / "good.npz", archives.arrays())
    loader.load(str(tmp_path / "missing.npz"))
    loader.load(str(good))
    files_read.finish()
    qtbot.waitUntil(lambda: listener.heard == 1)
    qtbot.wait(20)
    assert listener.failed == [] and len(listener.loaded) == 1


def test_that_a_missing_file_is_told_in_a_sentence_with_its_path(loader, qtbot, tmp_path):
    path = tmp_path / "gone.npz"
    said = refusal(qtbot, loader, path)
    assert said.startswith(f"{path}: No such file or directory; check its name") and "Errno" not in said


def test_that_a_missing_file_is_named_without_the_options_after_it(loader, qtbot, tmp_path):
    assert refusal(qtbot, loader, f"{tmp_path / 'gone.npz'}:grey").startswith(f"{tmp_path / 'gone.npz'}: No such file")


def test_that_a_folder_without_data_is_told_what_is_supported(loader, qtbot, tmp_path):
    assert "contains no data that can be read; choose an .npz or .csv file" in refusal(qtbot, loader, tmp_path)


def test_that_an_option_that_does_not_fit_is_told(loader, qtbot, tmp_path):
    path = archives.write(tmp_path / "mine.npz", archives.arrays(size=5))
    assert "6 × 5 pixels cannot be cut from the 5 × 5 of mine.npz" in refusal(qtbot, loader, f"{path}:crop=6x5")


def test_that_a_folder_and_an_archive_are_read_with_their_options(loader, qtbot, tmp_path):
    folder = archives.write_folder(tmp_path / "fashion", archives.idx(suffix=".gz"))
    (tmp_path / "cifar.tar.gz").write_bytes(gzip.compress(archives.tar(archives.cifar()), 1))
    for source, name, shape in (
        (f"{folder}:crop=4x4", "fashion (crop=4x4)", (1, 4, 4)),
        (f"{tmp_path / 'cifar.tar.gz'}:grey", "cifar.tar.gz (grey)", (1, 32, 32)),
    ):
        with qtbot.waitSignal(loader.loaded) as loaded:
            loader.load(source)
        assert (loaded.args[0].name, loaded.args[0].image_shape, loaded.args[1]) == (name, shape, source)


def test_that_a_file_that_is_no_archive_is_told_with_its_name(loader, qtbot, tmp_path):
    (tmp_path / "text.npz").write_text("hello")
    assert "text.npz is not a zip archive" in refusal(qtbot, loader, tmp_path / "text.npz")


def test_that_a_cut_off_archive_is_told(loader, qtbot, tmp_path):
    path = archives.write(tmp_path / "half.npz", archives.arrays())
    path.write_bytes(path.read_bytes()[:200])
    assert "half.npz is cut off or damaged" in refusal(qtbot, loader, path)


def test_that_labels_that_do_not_fit_the_images_are_told_with_both_counts(loader, qtbot, tmp_path):
    arrays = archives.arrays(train=6)
    arrays["y_train"] = arrays["y_train"][:5]
    said = refusal(qtbot, loader, archives.write(tmp_path / "odd.npz", arrays))
    assert "y_train has 5 labels for 6 images" in said


def test_that_test_images_of_another_size_are_told_with_both_sizes(loader, qtbot, tmp_path):
    arrays = archives.arrays(size=5) | {"x_test": archives.arrays(size=6)["x_test"]}
    said = refusal(qtbot, loader, archives.write(tmp_path / "odd.npz", arrays))
    assert "1 × 5 × 5" in said and "1 × 6 × 6" in said


def test_that_data_larger_than_the_memory_is_told(loader, qtbot, monkeypatch):
    def too_large(source: str) -> Dataset:
        raise MemoryError

    monkeypatch.setattr(catalogue, "load", too_large)
    assert "not enough memory" in refusal(qtbot, loader, Path("huge.npz"))


def test_that_an_unexpected_error_is_reported_and_ends_the_waiting_all_the_same(loader, qtbot, monkeypatch):
    def broken(source: str) -> Dataset:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr(catalogue, "load", broken)
    reported = list[str]()
    monkeypatch.setattr(threading, "excepthook", lambda args: reported.append(str(args.exc_value)))
    assert refusal(qtbot, loader, Path("mine.npz")) == "mine.npz could not be read."
    files_read.finish()
    assert reported == ["broken on purpose"]


def endless(read: threading.Event) -> None:
    """Read in pieces until nobody wants it."""
    while True:
        reading.advance(1)
        read.set()
        time.sleep(0.001)


def test_that_closing_gives_up_what_is_being_read(loader, listener, qtbot, monkeypatch):
    begun = threading.Event()
    monkeypatch.setattr(catalogue, "load", lambda source: endless(begun))
    loader.load("huge.npz")
    assert begun.wait(5)
    start = time.perf_counter()
    loader.give_up()
    assert time.perf_counter() - start < 1 and "reading" not in {thread.name for thread in threading.enumerate()}
    qtbot.wait(20)
    assert listener.heard == 0


def test_that_another_request_gives_up_the_one_before(loader, listener, qtbot, monkeypatch, tmp_path):
    begun, load = threading.Event(), catalogue.load
    monkeypatch.setattr(catalogue, "load", lambda source: endless(begun) if source == "huge.npz" else load(source))
    loader.load("huge.npz")
    assert begun.wait(5)
    with qtbot.waitSignal(loader.loaded):
        loader.load(str(archives.write(tmp_path / "small.npz", archives.arrays())))
    files_read.finish()
    assert "reading" not in {thread.name for thread in threading.enumerate()} and listener.failed == []


def test_that_every_reader_of_data_can_be_given_up(tmp_path):
    sources = {
        "npz": archives.write(tmp_path / "a.npz", archives.arrays()),
        "csv": tmp_path / "a.csv",
    }
    sources["csv"].write_text("label,p0,p1,p2,p3\n" + "1,0,0,9,9\n0,9,9,0,0\n" * 20)

    def give_up(count: int) -> None:
        raise reading.GivenUpError

    for source in sources.values():
        with pytest.raises(reading.GivenUpError), reading.followed(give_up):
            catalogue.load(str(source))


def test_that_how_the_images_look_is_measured_on_the_thread_that_reads_them(qtbot, monkeypatch):
    threads = []
    measure = Appearance.of.__func__
    told = classmethod(lambda cls, images: threads.append(threading.current_thread().name) or measure(cls, images))
    monkeypatch.setattr(Appearance, "of", told)
    loader, document = DatasetLoader(), Document()
    loader.loaded.connect(document.set_data)
    with qtbot.waitSignal(loader.loaded):
        loader.load("bundled")
    assert document.data.appearance is not None and threads == ["reading"]
