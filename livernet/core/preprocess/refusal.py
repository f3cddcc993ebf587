"""Why a picture is set aside."""


class Quarantined(Exception):  # noqa: N818  # not a failure of the program: a picture that is set aside
    """A picture that cannot be shown to be clean; neither text carries patient data."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy
