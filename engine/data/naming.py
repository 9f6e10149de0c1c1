"""What the name of an array or of a file says: images or labels, for training, validation or test."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from engine.data.assembly import TEST, TRAIN, VALIDATION
from engine.errors import BadInputError

IMAGES, LABELS = "images", "labels"
UNDERSTOOD = (
    "x_train, y_train, x_test, y_test, or train_images, train_labels, val_images, val_labels, test_images, test_labels"
)

_PARTS = {
    "train": TRAIN, "training": TRAIN, "trn": TRAIN,
    "val": VALIDATION, "valid": VALIDATION, "validation": VALIDATION, "dev": VALIDATION,
    "test": TEST, "testing": TEST, "tst": TEST, "t10k": TEST,
}  # fmt: skip
_IMAGES = ("x", "images", "image", "imgs", "img", "data", "dataset", "features", "pixels", "inputs")
_LABELS = ("y", "labels", "label", "lbls", "targets", "target")
_KINDS = dict.fromkeys(_IMAGES, IMAGES) | dict.fromkeys(_LABELS, LABELS)
_PART, _KIND = (
    f"(?P<{key}>{'|'.join(sorted(words, key=len, reverse=True))})"
    for key, words in (("part", _PARTS), ("kind", _KINDS))
)
_BOTH = (re.compile(f"{_PART}(_?set)?_?{_KIND}"), re.compile(f"{_KIND}_?{_PART}"))


@dataclass(frozen=True, slots=True)
class Role:
    """What something holds: *part* is TRAIN, VALIDATION or TEST, *kind* IMAGES or LABELS."""

    part: str
    kind: str


def part_of(name: str) -> str | None:
    """Return which part a folder or file called *name* is for, None where the name does not say."""
    return _PARTS.get(_plain(name))


def role_of(name: str) -> Role | None:
    """Return what an array is by its whole *name*, e.g. x_train, train-images or trainY; None where it does not say."""
    plain = _plain(name)
    matches = (pattern.fullmatch(plain) for pattern in _BOTH)
    return next((Role(_PARTS[match["part"]], _KINDS[match["kind"]]) for match in matches if match), None)


def role_within(name: str) -> tuple[str, Role] | None:
    """Return the set and the role that the *name* of a file says: 'emnist_letters' for emnist-letters-train-images."""
    plain = _plain(name)
    for pattern in _BOTH:
        for match in re.finditer(rf"(?:^|_){pattern.pattern}(?=_|$)", plain):
            return plain[: match.start()], Role(_PARTS[match["part"]], _KINDS[match["kind"]])
    return None


def by_role(names: Sequence[str], where: str) -> dict[Role, str]:
    """Return which of *names* has each role; raises BadInputError where two say the same.

    A bare x or images is taken for training images where no name says so in full, and a bare y for their labels.
    """
    found: dict[Role, str] = {}
    for name in names:
        if (role := role_of(name)) is None:
            continue
        if role in found:
            raise BadInputError(f"{where} has both {found[role]} and {name}; leave one of them out.")
        found[role] = name
    plain = {_plain(name): name for name in names}
    for bare, kind in _KINDS.items():
        if bare in plain:
            found.setdefault(Role(TRAIN, kind), plain[bare])
    return found


def _plain(name: str) -> str:
    """Return *name* in small letters, with an underscore for whatever is neither letter nor digit."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
