"""Which steps a plot shows, and how the mouse changes that."""

from dataclasses import dataclass

_LEAST = 10.0  # steps: there is nothing to see in fewer


@dataclass(frozen=True, slots=True)
class Span:
    """The steps from *low* to *high*, of 0 to *end*."""

    low: float
    high: float
    end: float

    @property
    def whole(self) -> bool:
        """Whether all steps are shown."""
        return self.low <= 0 and self.high >= self.end

    def zoomed(self, factor: float, centre: float) -> "Span":
        """Return the span *factor* times as long in which *centre* stays where it is."""
        length = min(max((self.high - self.low) * factor, min(_LEAST, self.end)), self.end)
        share = (centre - self.low) / (self.high - self.low)
        return self._from(centre - share * length, length)

    def moved(self, steps: float) -> "Span":
        """Return the span so many steps further on, as far as there are steps."""
        return self._from(self.low + steps, self.high - self.low)

    def _from(self, low: float, length: float) -> "Span":
        low = min(max(low, 0.0), self.end - length)
        return Span(low, low + length, self.end)
