"""What is known of published data sets by their names: the classes of MNIST's relatives, and how EMNIST is stored.

Source: Xiao, Rasul, Vollgraf, "Fashion-MNIST" (2017); Cohen, Afshar, Tapson, van Schaik, "EMNIST: an extension of MNIST
to handwritten letters" (2017).
"""

import string
from collections.abc import Mapping
from dataclasses import replace

from engine.data.assembly import Part, assembled
from engine.data.dataset import Dataset

DIGITS = tuple("0123456789")
GARMENTS = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip
_CAPITALS, _MERGED = tuple(string.ascii_uppercase), tuple("abdefghnqrt")  # small letters unlike their capitals
EMNIST = {
    "letters": _CAPITALS, "digits": DIGITS, "mnist": DIGITS, "balanced": (*DIGITS, *_CAPITALS, *_MERGED),
    "bymerge": (*DIGITS, *_CAPITALS, *_MERGED), "byclass": (*DIGITS, *_CAPITALS, *string.ascii_lowercase),
}  # fmt: skip
_UPRIGHT = "EMNIST stores rows and columns exchanged; its images were put upright."


def emnist_set(name: str) -> str | None:
    """Return which of EMNIST's sets the *name* of a file says: letters, balanced and so on; None if it is none."""
    after = name.lower().partition("emnist")[2]
    return next((kind for kind in EMNIST if kind in after), None)


def named(name: str, parts: Mapping[str, Part], emnist: str | None, clothes: bool, remarks: list[str]) -> Dataset:
    """Return the data set of *parts*, whose labels are numbers, with the classes that are known.

    Args:
        name: of the data set.
        parts: images (N, 1, H, W) or (N, H, W), as they are stored.
        emnist: which of EMNIST's sets it is, None for another data set.
        clothes: whether the classes are Fashion-MNIST's. Otherwise they are digits, or called what their labels are.
        remarks: on what was done so far.
    """
    if emnist is not None:
        upright = {part: replace(each, images=each.images.swapaxes(-1, -2)) for part, each in parts.items()}
        return assembled(f"{name} ({emnist})", upright, EMNIST[emnist], [*remarks, _UPRIGHT])
    known = GARMENTS if clothes else DIGITS
    within = all(part.labels.max(initial=0) < len(known) for part in parts.values())
    return assembled(name, parts, known if within or clothes else None, remarks)
