"""What ``preprocess.json`` of a cohort records of its images, for whoever measures them later."""

from pathlib import Path
from typing import Any

from livernet.core.errors import DataError
from livernet.core.files import read_json

RECORD = "preprocess.json"


def read_images(folder: Path) -> dict[str, dict[str, Any]]:
    """The record of each image, by its name in the manifest; empty where the cohort has no such file.

    Raises:
        DataError: the file is damaged.
    """
    file = folder / RECORD
    if not file.is_file():
        return {}
    try:
        return {name: {**record} for name, record in read_json(file).get("images", {}).items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise DataError(
            f"{file}: does not say how the images were made ({error})",
            "make the cohort again with 'livernet preprocess RAW OUT'",
        ) from None
