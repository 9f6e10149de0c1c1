"""The data sets that can be named."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from stat import S_ISDIR, S_ISREG

import resources
from engine.data import arrays, cifar, container, foreign, idx, table
from engine.data.dataset import Dataset
from engine.data.labels import balance
from engine.data.npz import read_npz
from engine.data.source import BUNDLED as BUNDLED
from engine.data.source import Source, parse
from engine.data.stream import is_tar
from engine.errors import BadInputError
from engine.words import listed, quoted

KINDS = (
    "an .npz or .csv file, the IDX files of MNIST and its relatives or CIFAR's binary files in a folder or an archive,"
    " or a folder that has a folder of pictures for each class"
)
SOURCES = (
    f"'{BUNDLED}', {KINDS}; :grey, :classes=airplane+automobile and :crop=24x24 after it choose one channel, some"
    " classes, the middle of the images, and :coarse the 20 coarse classes of CIFAR-100"
)
# What a dialog shows of the files that can be read.
FILTERS = "*.npz *.npy *.csv *.tsv *.gz *.GZ *.tgz *.tar *.zip *ubyte *-int *.bin"


@dataclass(frozen=True, slots=True)
class Format:
    """A form of data that lies in several files.

    Attributes:
        holds: whether a file of that name belongs to it.
        read: makes a data set of a folder, or of an archive where *packed*; the name says which set is meant.
        deep: its files may lie in folders of the folder.
        coarse: as read, but with coarse labels; None where the data has none.
    """

    holds: Callable[[str], bool]
    read: Callable[[Path, str], Dataset]
    packed: bool = False
    deep: bool = False
    coarse: Callable[[Path], Dataset] | None = None


FORMATS = (
    Format(lambda name: name in cifar.FILES, lambda path, _: cifar.read_cifar(path), packed=True),
    Format(
        lambda name: name in cifar.FILES_100, lambda path, _: cifar.read_cifar_100(path), packed=True,
        coarse=lambda path: cifar.read_cifar_100(path, "coarse"),
    ),
    Format(lambda name: idx.idx_name(name) is not None, idx.read_idx, packed=True, deep=True),
    Format(arrays.is_array_file, arrays.read_arrays),
)  # fmt: skip


def load(source: str) -> Dataset:
    """Return the data set *source*, e.g. "bundled" or "cifar-10-binary.tar.gz:grey:classes=airplane+automobile".

    Args:
        source: "bundled", or a path: a .npz or .csv file, an archive or a folder with the files of a data set, or any
            one of these files, or a folder of pictures. Options may follow, as ``engine.data.source`` has them.

    What was done to pixels and labels, and what is unusual about them, is in the data set's remarks.

    Raises:
        BadInputError: that is no usable data set, or an option does not fit it.
        OSError: it cannot be read.
    """
    wanted = parse(source)
    views = wanted.views()  # first: a slip of the pen is told before anything large is read
    found = _Reading(_bundled) if wanted.path == BUNDLED else _at(Path(wanted.path))
    if wanted.coarse and found.coarse is None:
        raise BadInputError(f"{wanted.path} has no coarse labels, which only CIFAR-100 has; leave :coarse out.")
    dataset = found.coarse() if wanted.coarse and found.coarse else found.read()
    name = wanted.named(dataset.name)
    for view in views:
        dataset = view(dataset)
    return replace(dataset, name=name, remarks=(*dataset.remarks, *balance(dataset)))


def lasting(source: str) -> str:
    """Return *source*, its options as they are, so that it means the same in every folder."""
    wanted = parse(source)
    path = wanted.path if wanted.path == BUNDLED else str(Path(wanted.path).absolute())
    return str(Source(path, wanted.options))


def _bundled() -> Dataset:
    return replace(read_npz(resources.path("digits", "bundled.npz")), name="Bundled MNIST digits")


def _at(path: Path) -> "_Reading":
    """Return what reads the data at *path*."""
    try:
        mode = path.stat().st_mode
    except ValueError as error:  # a zero byte, or half of a surrogate pair
        raise BadInputError(f"{quoted(str(path))} is not a path; choose {KINDS}.") from error
    if not (S_ISDIR(mode) or S_ISREG(mode)):
        raise BadInputError(f"{path} is neither a file nor a folder; choose {KINDS}.")
    return _in_folder(path.absolute()) if S_ISDIR(mode) else _in_file(path)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What reads the data that was found, and what reads it with coarse labels."""

    read: Callable[[], Dataset]
    coarse: Callable[[], Dataset] | None = None

    @classmethod
    def of(cls, form: Format, path: Path, chosen: str = "") -> "_Reading":
        coarse = form.coarse
        return cls(lambda: form.read(path, chosen), None if coarse is None else lambda: coarse(path))


def _in_folder(folder: Path) -> _Reading:
    """Return what reads the data in *folder*: files of a known form, pictures, or such files in folders in it."""
    names = [file.name for file in container.files(folder, depth=0)]
    for form in FORMATS:
        if any(map(form.holds, names)):
            return _Reading.of(form, folder)
    foreign.refuse_pickles(names, folder.name)
    if tables := [folder / name for name in names if table.is_table(name)]:
        return _Reading(lambda: table.read_table(_one_table(tables, folder.name)))
    if whole := [name for name in names if name.lower().endswith(".npz")]:
        if len(whole) == 1:
            return _Reading(lambda: read_npz(folder / whole[0]))
        raise BadInputError(f"{folder.name} holds {len(whole)} .npz files; choose one of them.")
    return _below(folder)


def _below(folder: Path) -> _Reading:
    """Return what reads the data in the folders in *folder*."""
    from engine.data import folders  # only now: importing Pillow takes time

    if folders.has_classes(folder):
        return _Reading(lambda: folders.read_folders(folder))
    files = list(container.files(folder))
    for file in files:
        for form in FORMATS:
            if form.holds(file.name):
                return _Reading.of(form, folder if form.deep else file.parent)
    if tables := [file for file in files if table.is_table(file.name)]:
        return _Reading(lambda: table.read_table(_one_table(tables, folder.name)))
    foreign.refuse_pickles((file.name for file in files), folder.name)
    raise BadInputError(f"{folder.name} contains no data that can be read; choose {KINDS}.")


def _one_table(tables: Sequence[Path], where: str) -> Path:
    """Return which of the *tables* is that of the training images."""
    train = [file for file in tables if "train" in file.name.lower()] or list(tables)
    if len(train) > 1:
        raise BadInputError(f"{where} holds {listed([file.name for file in train])}; choose one of these tables.")
    return train[0]


def _in_file(path: Path) -> _Reading:
    """Return what reads the file at *path*, or the folder that it belongs to."""
    name, folder = path.name, path.absolute().parent
    for form in FORMATS:
        if form.holds(name) and not _stands_alone(path):
            inside = form.deep and form.holds(folder.name)  # each file in a folder of its own, called what it is
            return _Reading.of(form, folder.parent if inside else folder, name)
    if table.is_table(name):
        return _Reading(lambda: table.read_table(path))
    head, packed = foreign.first_bytes(path)
    if not packed and (head.startswith(container.ZIP_MAGIC) or path.suffix.lower() == ".npz"):
        return _in_zip(path)
    foreign.refuse_foreign(path)
    if packed or path.suffix.lower() == ".tar":
        return _in_tar(path, head)
    raise BadInputError(f"{name} is not data that can be read; choose {KINDS}.")


def _stands_alone(path: Path) -> bool:
    """Return whether the file at *path* is an .npz of several arrays, whatever its name says."""
    if path.suffix.lower() != ".npz" or not container.is_zip(path):
        return False
    return len(list(container.names(path))) != 1


def _in_zip(path: Path) -> _Reading:
    """Return what reads the .npz or .zip at *path*."""
    if not container.is_zip(path):
        return _Reading(lambda: read_npz(path))  # which says what is wrong
    if path.suffix.lower().startswith(".cnn"):
        raise BadInputError(f"{path.name} is a project or a run and has no images in it; choose the data by itself.")
    names = list(container.names(path))
    foreign.refuse_pickles(names, path.name)
    if not any(name.endswith(".npy") for name in names):
        if form := next((form for form in FORMATS if form.packed and any(map(form.holds, names))), None):
            return _Reading.of(form, path)
        if path.suffix.lower() != ".npz":
            raise BadInputError(f"{path.name} holds {listed(names) or 'no files'}; unpack it, and choose the folder.")
    return _Reading(lambda: read_npz(path))


def _in_tar(path: Path, head: bytes) -> _Reading:
    """Return what reads the .tar, plain or packed, at *path*, which begins with *head* after unpacking."""
    if not is_tar(head):
        raise BadInputError(
            f"{path.name} is packed, but is neither a .tar archive nor data that its name tells; choose {KINDS}."
        )
    names = []
    for name in container.names(path):
        if form := next((form for form in FORMATS if form.packed and form.holds(name)), None):
            return _Reading.of(form, path)
        names.append(name)
        foreign.refuse_pickles([name], path.name)
    raise BadInputError(
        f"{path.name} holds {listed(names) or 'no files'}; unpack it, and choose the folder, or choose {KINDS}."
    )
