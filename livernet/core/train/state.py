"""The unfinished training of one model: weights, optimiser and history in one safetensors file.

Written atomically after epochs that are due, read when a run is continued. No pickle: tensors by name, the
history as JSON in the file's metadata.
"""

import json
import time
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from livernet.core.errors import DataError
from livernet.core.files import write_bytes
from livernet.core.train.learner import Learner


class StateFile:
    """Where an unfinished training is kept; written at most every ``seconds``."""

    def __init__(self, path: Path, seconds: float = 30.0) -> None:
        self.path = path
        self.seconds = seconds
        self._written = time.monotonic()

    def save(self, learner: Learner, history: list[dict[str, Any]]) -> None:
        """Write the state if it is due."""
        if time.monotonic() - self._written < self.seconds:
            return
        write_bytes(self.path, save(learner.tensors(), metadata={"history": json.dumps(history)}))
        self._written = time.monotonic()

    def restore(self, learner: Learner) -> list[dict[str, Any]]:
        """Load the state into ``learner`` and return the history so far, empty where there is no file.

        Raises:
            DataError: the file is damaged, or of another network.
        """
        if not self.path.exists():
            return []
        try:
            with safe_open(self.path, framework="pt") as file:
                tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 - no mapping
                history: list[dict[str, Any]] = json.loads(file.metadata()["history"])
            learner.load(tensors)
        except (SafetensorError, RuntimeError, KeyError, ValueError, TypeError) as error:
            raise DataError(
                f"{self.path}: is no state of this training ({error})",
                "delete it and start the training again",
            ) from None
        return history

    def remove(self) -> None:
        """Delete the file, when training has finished."""
        self.path.unlink(missing_ok=True)
