import struct
import warnings
from pathlib import Path

import pytest

from livernet.core.data.guard import guarded
from livernet.core.errors import DataError

PATH = Path("a.png")


@pytest.mark.parametrize("error", [struct.error("short\nread"), KeyError(), MemoryError("no room")])
def test_whatever_is_raised_names_the_file(error):
    with (
        pytest.raises(DataError, match=r"^a.png: damaged \(.+\)$") as caught,
        guarded(PATH, "damaged", "export again"),
    ):
        raise error
    assert caught.value.hint == "export again"
    assert caught.value.__cause__ is error


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("image file is truncated (3 bytes not processed)", "cut short"),
        ("broken PNG file (chunk b'KIM')", "broken structure"),
        ("invalid literal for int(): 'KIM MINSU'", "ValueError"),
    ],
)
def test_the_words_of_a_decoder_may_quote_a_name_and_are_not_passed_on(said, told):
    with (
        pytest.raises(DataError, match=rf"^a.png: damaged \({told}\)$"),
        guarded(PATH, "damaged", "export again"),
    ):
        raise ValueError(said)


def test_our_own_errors_pass_unchanged():
    mine = DataError("mine", "hint")
    with pytest.raises(DataError) as caught, guarded(PATH, "damaged", "export again"):
        raise mine
    assert caught.value is mine


def test_an_interrupt_passes():
    with pytest.raises(KeyboardInterrupt), guarded(PATH, "damaged", "export again"):
        raise KeyboardInterrupt


def test_warnings_are_silent_inside_only():
    with guarded(PATH, "damaged", "export again"):
        warnings.warn("odd value", stacklevel=1)
    with pytest.warns(UserWarning, match="odd value"):
        warnings.warn("odd value", stacklevel=1)
