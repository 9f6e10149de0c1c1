"""Words for a person, and a person's words understood."""

import re
from collections.abc import Iterable


def counted(count: int, noun: str) -> str:
    """Return '1 epoch', '2 epochs', '10,000 images'."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def meant(text: str, choices: Iterable[str]) -> str:
    """Return the one of *choices* that *text* is but for case, spaces, hyphens and underscores; else *text* itself."""
    return next((choice for choice in choices if _plain(choice) == _plain(text)), text)


def _plain(word: str) -> str:
    return re.sub(r"[\s_-]", "", word).casefold()
