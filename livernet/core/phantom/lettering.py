"""Text on a console's screen, and a record of what was written where."""

from dataclasses import dataclass, field

from PIL import Image, ImageDraw, ImageFont

from livernet.core.phantom.hangul import draw_syllable, is_hangul

Colour = tuple[int, int, int]


@dataclass(frozen=True, kw_only=True)
class Mark:
    """One thing burned into the picture."""

    kind: str
    """``name``, ``id``, ``birth``, ``hospital``, ``caliper``, ``scale`` and so on."""
    text: str
    """As written; empty for a drawing."""
    box: tuple[int, int, int, int]
    """x0, y0, x1, y1 in pixels, exclusive."""


@dataclass(frozen=True, kw_only=True)
class Screen:
    """A canvas that remembers its marks."""

    image: Image.Image
    """RGB."""
    marks: list[Mark] = field(default_factory=list)
    """Grows as the console is drawn."""

    @property
    def pen(self) -> ImageDraw.ImageDraw:
        """A pen on the canvas."""
        return ImageDraw.Draw(self.image)

    def write(
        self, kind: str, text: str, at: tuple[float, float], size: int, colour: Colour, *, anchor: str = "l"
    ) -> None:
        """Write a line, its top left (``l``) or top right (``r``) at ``at``, kept on the screen."""
        width = text_width(text, size)
        x = at[0] - (width if anchor == "r" else 0.0)
        x = min(max(x, 1.0), self.image.width - width - 1)
        y = min(max(at[1], 0.0), self.image.height - size * 1.25)
        start, pen, font = x, self.pen, ImageFont.load_default(size)
        for run in _runs(text):
            if is_hangul(run[0]):
                for syllable in run:
                    box = (x + 1, y + size * 0.16, x + size * 0.94, y + size * 1.1)
                    draw_syllable(pen, syllable, box, colour, max(1, size // 13))
                    x += size * 1.05
            else:
                pen.text((x, y), run, fill=colour, font=font)
                x += font.getlength(run)
        box_px = (
            int(start),
            int(y),
            int(start + width) + 1,
            min(int(y + size * 1.25) + 1, self.image.height),
        )
        self.marks.append(Mark(kind=kind, text=text, box=box_px))


def text_width(text: str, size: int) -> float:
    """Width of a line in pixels."""
    font = ImageFont.load_default(size)
    return sum(size * 1.05 * len(r) if is_hangul(r[0]) else font.getlength(r) for r in _runs(text))


def _runs(text: str) -> list[str]:
    """The text cut where Hangul begins or ends."""
    runs: list[str] = []
    for character in text:
        if runs and is_hangul(runs[-1][0]) == is_hangul(character):
            runs[-1] += character
        else:
            runs.append(character)
    return runs
