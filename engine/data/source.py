"""The text that names a data set: a path, then how to look at it, e.g. ``cifar-10-binary.tar.gz:grey:crop=24x24``.

    :grey                         one channel
    :classes=airplane+automobile  these classes alone, labelled from 0 in this order
    :crop=24x24                   the middle of each image, height x width
    :coarse                       the 20 coarse classes of CIFAR-100 instead of the 100 fine ones

Options are applied from left to right. In the name of a class, + : / \\ and % are written %2B %3A %2F %5C and %25.
A path that itself ends like an option is closed by a colon of its own: ``/data/run:old:``, ``/data/run:old::grey``.
No shell needs quotes around any of this but where a name has a space, and a Windows drive keeps its colon.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from engine.data import views
from engine.data.dataset import Dataset
from engine.errors import BadInputError
from engine.words import clipped, quoted

BUNDLED = "bundled"  # what ships

View = Callable[[Dataset], Dataset]

_OPTION = re.compile(r"[a-z]+(=[^:/\\]*)?")
_SIZE = re.compile(r"([0-9]{1,4})x([0-9]{1,4})")
_HELP = "grey, classes=FIRST+SECOND, crop=HEIGHTxWIDTH, coarse"
COARSE = "coarse"  # an option of reading, and no view: it chooses between two labels


@dataclass(frozen=True, slots=True)
class Source:
    """A *path*, or a name that the catalogue knows, and *options* without their colons, e.g. ("grey", "crop=24x24")."""

    path: str
    options: tuple[str, ...] = ()

    def __str__(self) -> str:
        closed = "" if parse(self.path).path == self.path else ":"
        return "".join((self.path, closed, *(f":{option}" for option in self.options)))

    def named(self, name: str = "") -> str:
        """Return *name*, that of the file if not given, with the options: 'mnist.npz (crop=24x24)'."""
        options = f" ({', '.join(self.options)})" if self.options else ""
        return f"{name or Path(self.path).name}{options}"

    def views(self) -> list[View]:
        """Return what each option makes of a data set; raises BadInputError for one that is none."""
        return [self._view(option) for option in self.options if option != COARSE]

    @property
    def coarse(self) -> bool:
        """Whether coarse labels are wanted of data that has coarse and fine ones."""
        return COARSE in self.options

    def _view(self, option: str) -> View:
        name, _, value = option.partition("=")
        if name not in _VIEWS:
            raise BadInputError(
                f"{clipped(str(self))} has the unknown option {quoted(name)}; known are {_HELP}. Where it belongs to"
                " the path, put a colon after it."
            )
        return _VIEWS[name](value)


def parse(text: str) -> Source:
    """Return what *text* says; whether there is such a file, or such options, is not looked at."""
    parts = text.split(":")
    end = len(parts)
    while end > 1 and _OPTION.fullmatch(parts[end - 1]):
        end -= 1
    closed = not parts[end - 1]
    return Source(":".join(parts[: end - closed]), tuple(parts[end:]))


def classes_option(names: Iterable[str]) -> str:
    """Return the option that chooses the classes *names*."""
    return "classes=" + "+".join(re.sub(r"[%+:/\\]", lambda sign: f"%{ord(sign[0]):02X}", name) for name in names)


def _grey(value: str) -> View:
    if value:
        raise BadInputError(f"grey={value} is not an option; write grey alone.")
    return views.grey


def _classes(value: str) -> View:
    names = [unquote(name) for name in value.split("+")]
    return lambda dataset: views.only_classes(dataset, names)


def _crop(value: str) -> View:
    size = _SIZE.fullmatch(value)
    if size is None:
        raise BadInputError(f"crop={value} is not a size; write height x width in pixels, e.g. crop=24x24.")
    height, width = int(size[1]), int(size[2])
    return lambda dataset: views.crop(dataset, height, width)


_VIEWS: Mapping[str, Callable[[str], View]] = {"grey": _grey, "classes": _classes, "crop": _crop}
