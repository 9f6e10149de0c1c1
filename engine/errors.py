"""The one kind of error that a person can mend: bad input, told in one sentence."""


class BadInputError(ValueError):
    """Input that cannot be used. The text says what is wrong, where, and what to do about it."""


class ShapeError(BadInputError):
    """A layer that cannot take the shape that reaches it.

    Args:
        what: what is wrong, with its numbers.
        remedy: what a person can do about it.
    """

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what} {remedy}")
        self.what, self.remedy = what, remedy
