"""Words for a person, and a person's words understood."""

import re
from collections.abc import Iterable

MOST_QUOTED = 80  # characters of what a file or a person wrote, in a message


def counted(count: int, noun: str) -> str:
    """Return '1 epoch', '2 epochs', '10,000 images'."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def quoted(value: object) -> str:
    """Return *value* as Python writes it, without its middle where that is longer than anybody reads."""
    return clipped(repr(value))


def clipped(text: str) -> str:
    """Return *text*, without its middle where it is longer than MOST_QUOTED characters."""
    return text if len(text) <= MOST_QUOTED else f"{text[: MOST_QUOTED // 2]}...{text[-MOST_QUOTED // 2 :]}"


def meant(text: str, choices: Iterable[str]) -> str:
    """Return the one of *choices* that *text* is but for case, spaces, hyphens and underscores; else *text* itself."""
    return next((choice for choice in choices if _plain(choice) == _plain(text)), text)


def _plain(word: str) -> str:
    return re.sub(r"[\s_-]", "", word).casefold()
