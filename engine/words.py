"""Words for a person, and a person's words understood."""

import re
from collections.abc import Collection, Iterable

MOST_LISTED = 6  # names in a sentence
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


def listed(names: Collection[str]) -> str:
    """Return 'a', 'a and b', 'a, b and c', the first few of many; each in one line and not too long."""
    shown = [one_line(name) for name in names]
    if len(shown) > MOST_LISTED:
        shown = [*shown[: MOST_LISTED - 1], f"{len(shown) - MOST_LISTED + 1:,} more"]
    return " and ".join(filter(None, (", ".join(shown[:-1]), *shown[-1:])))


def one_line(text: str) -> str:
    """Return *text* as ``clipped``, with a question mark for each character that cannot be printed."""
    return clipped("".join(sign if sign.isprintable() else "?" for sign in text[: 4 * MOST_QUOTED]))


def meant(text: str, choices: Iterable[str]) -> str:
    """Return the one of *choices* that *text* is but for case, spaces, hyphens and underscores; else *text* itself."""
    return next((choice for choice in choices if _plain(choice) == _plain(text)), text)


def _plain(word: str) -> str:
    return re.sub(r"[\s_-]", "", word).casefold()
