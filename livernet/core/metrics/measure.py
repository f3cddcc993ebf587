"""A number of the report: its value with an interval, or no value and the reason why."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One measured value, never a NaN: what is missing, the value or only its interval, has a reason."""

    value: float | None
    """The estimate; ``None`` where it cannot be computed."""
    low: float | None = None
    """Lower bound of the 95 % interval; ``None`` where none is given."""
    high: float | None = None
    """Upper bound of the 95 % interval; ``None`` where none is given."""
    method: str | None = None
    """How the interval was made."""
    reason: str | None = None
    """Why there is no value, or why a value has no interval."""

    def to_dict(self) -> dict[str, float | str | None]:
        """The value and whatever else is known of it, for JSON."""
        found = {"low": self.low, "high": self.high, "method": self.method, "reason": self.reason}
        return {"value": self.value} | {key: value for key, value in found.items() if value is not None}

    def within(self, bounds: tuple[float, float], method: str) -> "Measure":
        """The same value with an interval."""
        return replace(self, low=float(bounds[0]), high=float(bounds[1]), method=method)


def missing(reason: str) -> Measure:
    """A measure that cannot be computed, and why."""
    return Measure(value=None, reason=reason)
