from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from livernet.core.errors import OutputError
from livernet.core.report.drawing.figures import case_figure, save_figure, svg_uri
from tests.fake_run import ellipse

NAMES = ("F0/F1", "F2/F3", "F4")
PICTURE = np.arange(48 * 48, dtype=np.uint32).reshape(48, 48).astype(np.uint8)


def draw(expert: bool = True, truth: str | None = "F2/F3") -> Figure:
    return case_figure(
        PICTURE, ellipse(48) if expert else None, ellipse(48, 0.1), truth, (0.1, 0.7, 0.2), NAMES
    )


def words(figure: Figure) -> list[str]:
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def panel(figure: Figure, title: str) -> Axes:
    return next(axes for axes in figure.axes if axes.get_title(loc="left") == title)


def test_the_panels_are_those_of_the_papers_figures() -> None:
    titles = [axes.get_title(loc="left") for axes in draw().axes]
    assert titles == ["B-mode image", "Expert mask", "Predicted mask", "True class", "Class probability"]


def test_the_panels_stand_as_in_the_paper() -> None:
    figure = draw()
    figure.draw_without_rendering()  # type: ignore[no-untyped-call]  # matplotlib leaves it untyped
    image, expert, predicted, truth, bars = (axes.get_position() for axes in figure.axes)
    assert image.x1 < expert.x0 < expert.x1 < truth.x0
    assert expert.y0 > predicted.y1
    assert truth.y0 > bars.y1


def test_the_panels_show_what_was_given() -> None:
    figure = draw()
    assert np.array_equal(panel(figure, "B-mode image").images[0].get_array(), PICTURE)
    assert np.array_equal(panel(figure, "Predicted mask").images[0].get_array(), ellipse(48, 0.1))
    assert words(figure) == ["F2/F3", "10 %", "70 %", "20 %"]
    labels = [label.get_text() for label in panel(figure, "Class probability").get_yticklabels()]
    assert labels == list(NAMES)


def test_what_is_not_known_is_called_not_given() -> None:
    assert words(draw(expert=False, truth=None)).count("not given") == 2


def test_any_picture_size_will_do(tmp_path: Path) -> None:
    figure = case_figure(PICTURE[:30], None, ellipse(48)[:30], None, (0.5, 0.5), ("F0/F1", "F2/F3/F4"))
    save_figure(tmp_path / "a.png", figure, dpi=50)
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.size == (480, 230)


def test_equal_figures_have_equal_bytes_without_a_date(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        save_figure(tmp_path / name, draw(), dpi=40)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    with Image.open(tmp_path / "a.png") as picture:
        assert "Software" not in picture.info
    assert svg_uri(draw()) == svg_uri(draw())


def test_outputs_that_were_not_trained_are_not_drawn() -> None:
    figure = case_figure(PICTURE, None, None, None, None, NAMES)
    assert words(figure) == ["not given"] * 4


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        save_figure(tmp_path / "file" / "a.png", draw(), dpi=40)
