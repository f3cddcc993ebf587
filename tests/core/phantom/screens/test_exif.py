import io

import numpy as np
from PIL import Image

from livernet.core.phantom.screens.exif import exif_block


def test_description_and_thumbnail_can_be_read_back() -> None:
    screen = np.full((120, 160, 3), 90, np.uint8)
    block = exif_block(screen, "KIM 김민서 123")
    buffer = io.BytesIO()
    Image.fromarray(screen).save(buffer, format="JPEG", exif=block)
    exif = Image.open(buffer).getexif()
    assert exif[0x010E].encode("latin-1").decode() == "KIM 김민서 123"
    start = block.index(b"\xff\xd8\xff")
    assert Image.open(io.BytesIO(block[start:])).size == (160, 120)
