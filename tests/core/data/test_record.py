from pathlib import Path

import pytest

from livernet.core.data.record import RECORD, read_images
from livernet.core.errors import DataError


def test_a_cohort_without_the_file_records_nothing(tmp_path: Path) -> None:
    assert read_images(tmp_path) == {}


def test_the_record_of_each_image_is_read(tmp_path: Path) -> None:
    (tmp_path / RECORD).write_text('{"images": {"images/a.png": {"format": "PNG"}}}')
    assert read_images(tmp_path) == {"images/a.png": {"format": "PNG"}}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{",
        '{"images": 3}',
        '{"images": ["a"]}',
        '{"images": {"a": []}}',
        "[" * 100_000,
        '{"a": NaN}',
    ],
)
def test_a_damaged_file_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / RECORD).write_text(content)
    with pytest.raises(DataError, match=r"preprocess\.json: does not say how the images were made"):
        read_images(tmp_path)
