"""One raw file to finished pieces in a store: the part of the work that runs in parallel and is kept.

A piece is found again by what it was made from (contents and settings), never by a name, so an interrupted
run continues whether or not the key of the pseudonyms was kept. Nothing in the store carries patient data.
Shape suffixes: H, W picture height and width; S side of the square.
"""

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from io import SEEK_CUR
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livernet import __version__
from livernet.core.data.dicom import read_patient_id
from livernet.core.data.frames import FrameChoice
from livernet.core.data.guard import guarded
from livernet.core.data.images import Picture, read_mask, read_pictures
from livernet.core.data.thumbnails import thumbnail
from livernet.core.errors import DataError, OutputError
from livernet.core.files import png_bytes, sha256, write_scratch
from livernet.core.preprocess.cohort.record import image_record
from livernet.core.preprocess.cohort.sources import MASKS
from livernet.core.preprocess.geometry import Geometry, mask_to_square, on_screen
from livernet.core.preprocess.pipeline import Prepared, prepare_all
from livernet.core.preprocess.refusal import Quarantined
from livernet.core.preprocess.review.pages import before_thumbnail
from livernet.core.preprocess.settings import PreprocessConfig

IMAGES, MARKERS, BEFORE, COMPARED, FACTS = "images", "markers", "before", "compared", "facts"
"""Parts of an output besides the masks: two folders of the cohort; thumbnails for the review sheet, and to
find copies by; what ``preprocess.json`` is to say."""

_THUMBNAIL = 320

Masks = Mapping[str, NDArray[np.bool_]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One raw file to work on; pickled."""

    path: Path
    """Where it lies; carries patient data."""
    masks: Mapping[str, Path]
    """Its masks: ``masks`` and ``masks_b`` to the annotator's file."""
    fault: str
    """Why it may not even be opened; empty otherwise."""
    admitted: frozenset[str]
    """Frames that a person let in by name: their suffixes, empty for whatever of the file is refused."""
    ask_patient: bool
    """Whether its DICOM header is to say whose picture it is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Output:
    """One square made of a file."""

    suffix: str
    """What tells the outputs of one file apart: frame and panel, e.g. ``_f012_p1``; mostly empty."""
    marked: bool
    """Whether marks were found inside the sector, and their mask was written."""
    frame: str
    """The part of the suffix that tells the frame."""
    admitted: bool
    """Whether it was refused, and let in because a person said so."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """A file, or a frame of it, that is set aside."""

    suffix: str
    """Which frame; empty for the whole file."""
    reason: str
    """Without patient data."""
    remedy: str
    """What the user can do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of a file."""

    digest: str
    """SHA-256 over the file and its masks."""
    key: str
    """Of the pieces in the store; empty where there are none."""
    patient: str = ""
    """PatientID of the header, where it was asked for; carries patient data and stays in memory."""
    outputs: tuple[Output, ...] = ()
    """Squares made."""
    refused: tuple[Refusal, ...] = ()
    """What was set aside."""
    kept: bool = False
    """Whether an interrupted run had made them."""
    failure: tuple[str, str] | None = None
    """Message and hint of an output that could not be written."""


def make_pieces(job: Job, settings: PreprocessConfig, store: Path) -> Outcome:
    """Prepare one file, or find what an earlier run made of the same contents; never raises for bad input."""
    digest = job_digest(job)
    if job.fault:
        refusal = Refusal(suffix="", reason=job.fault, remedy="copy the file itself into the folder")
        return Outcome(digest=digest, key="", refused=(refusal,))
    patient = read_patient_id(job.path) if job.ask_patient else ""
    key = _key(digest, job, settings)
    found = _load(store, key)
    try:
        outputs, refused = found or _make(job, settings, store, key)
    except OutputError as error:
        return Outcome(digest=digest, key=key, failure=(error.message, error.hint))
    kept = found is not None
    return Outcome(digest=digest, key=key, patient=patient, outputs=outputs, refused=refused, kept=kept)


def job_digest(job: Job) -> str:
    """SHA-256 over a file and its masks; an unreadable one counts as such."""
    total = hashlib.sha256()
    for name, path in (("", job.path), *sorted(job.masks.items())):
        total.update(f"{name}\0{_file_digest(path) if not job.fault else job.fault}\0".encode())
    return total.hexdigest()


def before(image_SS: NDArray[np.uint8], marker_SS: NDArray[np.uint8] | None, geometry: Geometry) -> bytes:
    """A small JPEG of the source's screen as a reviewer may see it: black wherever anything was removed."""
    kept_SS = image_SS if marker_SS is None else np.where(marker_SS > 0, np.uint8(0), image_SS)
    return before_thumbnail(on_screen(kept_SS, geometry, _THUMBNAIL))


def pieces_path(store: Path, key: str, suffix: str) -> Path:
    """Where all parts of an output lie in the store: together, for files take long to be removed again."""
    return store / f"{key}{suffix}.pieces"


def read_piece(store: Path, key: str, suffix: str, part: str) -> bytes:
    """The bytes of a part of an output.

    Raises:
        OSError: the output is not there.
    """
    with pieces_path(store, key, suffix).open("rb") as stream:
        sizes: dict[str, int] = json.loads(stream.readline())
        before_it = list(sizes)[: list(sizes).index(part)]
        stream.seek(sum(sizes[other] for other in before_it), SEEK_CUR)
        return stream.read(sizes[part])


Made = tuple[tuple[Output, ...], tuple[Refusal, ...]]


def _make(job: Job, settings: PreprocessConfig, store: Path, key: str) -> Made:
    outputs: list[Output] = []
    refused: list[Refusal] = []
    digests: dict[str, str] = {}
    several = settings.frames not in {"first", "middle"}
    try:
        masks = {part: read_mask(path) for part, path in job.masks.items()}
        for picture in read_pictures(job.path, FrameChoice.parse(settings.frames)):
            frame = f"_f{picture.frame + 1:03d}" if several else ""
            # what nobody foresaw in one picture is no reason to lose the others
            with guarded(job.path, "cannot be prepared", "leave the file out, and report it"):
                panels = _panels(picture, masks, settings, frame, forgiving=False)
                admitted = isinstance(panels, Refusal) and bool(job.admitted & {"", frame})
                if admitted:
                    panels = _panels(picture, masks, settings, frame, forgiving=True)
            if isinstance(panels, Refusal):
                refused.append(panels)
                continue
            for panel, prepared in enumerate(panels, start=1):
                suffix = f"{frame}_p{panel}" if len(panels) > 1 else frame
                marked = prepared.marker_SS is not None
                output = Output(suffix=suffix, marked=marked, frame=frame, admitted=admitted)
                content = _packed(_parts(picture, prepared, masks, admitted=admitted))
                write_scratch(pieces_path(store, key, suffix), content)
                digests[suffix] = sha256(content)
                outputs.append(output)
    except DataError as error:
        refused.append(Refusal(suffix="", reason=_without_paths(error.message, job), remedy=error.hint))
    made = {"digests": digests, "outputs": [*map(asdict, outputs)], "refused": [*map(asdict, refused)]}
    write_scratch(_made_path(store, key), json.dumps(made).encode())
    return tuple(outputs), tuple(refused)


def _panels(
    picture: Picture, masks: Masks, settings: PreprocessConfig, frame: str, *, forgiving: bool
) -> tuple[Prepared, ...] | Refusal:
    height, width = picture.grey_HW.shape
    for mask_HW in masks.values():
        if mask_HW.shape != (height, width):
            sizes = f"{mask_HW.shape[1]}x{mask_HW.shape[0]}, picture {width}x{height}"
            remedy = "draw or export the mask at the size of the picture"
            return Refusal(suffix=frame, reason=f"mask of another size ({sizes})", remedy=remedy)
    try:
        return prepare_all(picture, settings, forgiving=forgiving)
    except Quarantined as why:
        return Refusal(suffix=frame, reason=why.reason, remedy=why.remedy)


def _parts(picture: Picture, prepared: Prepared, masks: Masks, *, admitted: bool) -> dict[str, bytes]:
    """Part to its bytes."""
    squares = {
        IMAGES: prepared.image_SS,
        **({} if prepared.marker_SS is None else {MARKERS: prepared.marker_SS}),
        **{part: mask_to_square(m_HW & prepared.kept_HW, prepared.geometry) for part, m_HW in masks.items()},
    }
    files = {part: png_bytes(square_SS) for part, square_SS in squares.items()}
    record = image_record(picture, prepared, {part: sha256(content) for part, content in files.items()})
    return {
        **files,
        BEFORE: before(prepared.image_SS, prepared.marker_SS, prepared.geometry),
        COMPARED: thumbnail(prepared.image_SS).tobytes(),
        FACTS: json.dumps(record | {"admitted": admitted}).encode(),
    }


def _packed(parts: Mapping[str, bytes]) -> bytes:
    """Parts one after the other, behind a line of JSON that tells their sizes."""
    sizes = json.dumps({part: len(content) for part, content in parts.items()})
    return b"".join([sizes.encode(), b"\n", *parts.values()])


def _load(store: Path, key: str) -> Made | None:
    """What an earlier run made, if every file of it is there and whole."""
    try:
        made = json.loads(_made_path(store, key).read_bytes())
        outputs = tuple(Output(**one) for one in made["outputs"])
        refused = tuple(Refusal(**one) for one in made["refused"])
        for output in outputs:
            content = pieces_path(store, key, output.suffix).read_bytes()
            if sha256(content) != made["digests"][output.suffix]:
                return None
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return outputs, refused


def _made_path(store: Path, key: str) -> Path:
    return store / f"{key}.json"


def _key(digest: str, job: Job, settings: PreprocessConfig) -> str:
    made_of = json.dumps([digest, __version__, settings.to_dict(), sorted(job.admitted)])
    return hashlib.sha256(made_of.encode()).hexdigest()[:40]


def _file_digest(path: Path) -> str:
    # a pipe would be waited on for ever
    try:
        with path.open("rb") if path.is_file() else io.BytesIO() as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return "unreadable"


def _without_paths(message: str, job: Job) -> str:
    """An error's message without the name of the file, which carries patient data."""
    message = message.replace(f"{job.path}: ", "")
    for part, path in job.masks.items():
        message = message.replace(f"{path}: ", "mask: " if part == MASKS else "second mask: ")
    return message
