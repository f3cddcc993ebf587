"""A folder of raw pictures to a cohort: manifest, images, masks, record and list of quarantined pictures."""

import io
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from livernet.core.data.images import read_mask, read_picture
from livernet.core.data.manifest import MANIFEST, Row, load_manifest, write_manifest
from livernet.core.errors import DataError, FaultsError, OutputError
from livernet.core.files import UNFINISHED, write_bytes, write_csv, write_json
from livernet.core.preprocess.geometry import mask_to_square
from livernet.core.preprocess.locate import Quarantined
from livernet.core.preprocess.pipeline import BLANKED_MARGIN, Prepared, prepare
from livernet.core.preprocess.plan import Item, Places, Plan, make_plan
from livernet.core.preprocess.record import RECORD, cohort_record, image_record, is_whole, read_record
from livernet.core.preprocess.settings import PreprocessConfig
from livernet.core.stages import STAGES

QUARANTINE = "quarantine.csv"
_PARTS = ("images", "masks", "masks_b", QUARANTINE, MANIFEST, RECORD)
"""What a cohort folder holds, in the order in which it is put in place: the record last."""


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A picture in quarantine."""

    token: str
    """Stands for the file in everything that is shared."""
    file: str
    """The file; goes to the map beside the raw folder alone."""
    reason: str
    """Without patient data."""
    remedy: str
    """What the user can do."""


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What became of a folder."""

    out: Path
    """The cohort's folder."""
    images: int
    """Images in the cohort."""
    patients: int
    """Patients in the cohort."""
    stages: dict[str, int]
    """Images of each stage, and of none under the empty name."""
    masks: int
    """Images with a mask."""
    markers: int
    """Images on which marks were painted over."""
    reasons: dict[str, int]
    """Quarantined pictures by reason."""
    notes: tuple[str, ...]
    """What the user should know."""
    map_file: Path | None
    """The map from token to file; ``None`` when nothing was quarantined."""
    unchanged: bool
    """Whether the cohort was there already and nothing was written."""

    @property
    def quarantined(self) -> int:
        """Number of quarantined pictures."""
        return sum(self.reasons.values())


def preprocess_folder(
    places: Places,
    settings: PreprocessConfig,
    device: torch.device,
    on_picture: Callable[[int, int], None],
) -> Summary:
    """Turn a folder of raw pictures into a cohort, which appears whole or not at all.

    A cohort that is there already with the same settings, inputs and key is left as it is.

    Args:
        places: input and output files and folders.
        settings: size and fit.
        device: where pictures are resized.
        on_picture: called with the number of pictures done and their total.

    Raises:
        DataError: the folder, the table or the key cannot be read.
        FaultsError: labels, masks and pictures contradict each other, or no picture could be accepted.
        OutputError: OUT is not empty and not this cohort, or cannot be written.
    """
    record = read_record(places.out)
    plan = make_plan(places)
    if record is not None and _is_done(plan, settings, record):
        return _summary(plan, record["images"], record["outcome"]["reasons"], unchanged=True)
    existed = plan.places.out.exists()
    try:
        work = _work_folder(plan.places.out)
        try:
            return _write(plan, settings, device, work, on_picture)
        except OutputError as error:
            # the folder it happened in is about to go
            raise OutputError(error.message.replace(str(work), str(plan.places.out)), error.hint) from error
        finally:
            shutil.rmtree(work, ignore_errors=True)
    except BaseException:
        if not existed:
            shutil.rmtree(plan.places.out, ignore_errors=True)
        raise


def _is_done(plan: Plan, settings: PreprocessConfig, record: dict[str, Any]) -> bool:
    out = plan.places.out
    hint = "choose a new folder for OUT, or delete this one first"
    if record.get("settings") != settings.to_dict():
        raise OutputError(f"{out}: holds a cohort made with other settings ({record.get('settings')})", hint)
    same_inputs = record.get("inputs_sha256") == plan.inputs
    if plan.key_check is not None and record.get("key_check") != plan.key_check:
        raise OutputError(
            f"{out}: holds a cohort made with another key, or with one that was forgotten", hint
        )
    if same_inputs and is_whole(out, record):
        return True
    if plan.key_check is None:
        what = "is damaged" if same_inputs else "was made from other input files"
        if record.get("key_check") is not None:
            raise OutputError(f"{out}: the cohort {what}", "give its --id-key to make it again")
        raise OutputError(f"{out}: the cohort {what}, and the key of its ids was forgotten", hint)
    return False


def _work_folder(out: Path) -> Path:
    try:
        out.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(dir=out, prefix=UNFINISHED))
    except OSError as error:
        raise OutputError(
            f"{out}: cannot be written ({error.strerror})", "choose a folder you may write to"
        ) from error


def _write(
    plan: Plan,
    settings: PreprocessConfig,
    device: torch.device,
    work: Path,
    on_picture: Callable[[int, int], None],
) -> Summary:
    made: list[tuple[Row, dict[str, Any]]] = []
    refused: list[Refused] = []
    for done, item in enumerate(plan.items):
        on_picture(done, len(plan.items))
        try:
            made.append(_prepare_item(item, settings, device, work))
        except Quarantined as why:
            refused.append(
                Refused(token=item.token, file=item.source.name, reason=why.reason, remedy=why.remedy)
            )
    on_picture(len(plan.items), len(plan.items))
    if not made:
        faults = [f"{one.file}: {one.reason}" for one in refused]
        raise FaultsError(f"{plan.places.raw}: no picture could be accepted", faults, refused[0].remedy)
    # the order of the files would tell the order of the names behind them
    made.sort(key=lambda pair: pair[0].image)
    refused.sort(key=lambda one: one.token)
    images = {row.image: record for row, record in made}
    reasons = dict(sorted(Counter(_kind(one.reason) for one in refused).items()))
    write_csv(
        work / QUARANTINE, ("token", "reason", "remedy"), [(r.token, r.reason, r.remedy) for r in refused]
    )
    write_manifest(work, [row for row, _ in made])
    files = sorted(path.relative_to(work).as_posix() for path in work.rglob("*") if path.is_file())
    outcome = {"files": files, "reasons": reasons}
    write_json(work / RECORD, cohort_record(settings, plan.inputs, plan.key_check, images, outcome))
    if refused:
        write_csv(
            plan.map_file, ("token", "file", "reason"), [(r.token, _inert(r.file), r.reason) for r in refused]
        )
    _put_in_place(work, plan.places.out)
    return _summary(plan, images, reasons, unchanged=False)


def _prepare_item(
    item: Item, settings: PreprocessConfig, device: torch.device, work: Path
) -> tuple[Row, dict[str, Any]]:
    if item.source.fault:
        raise Quarantined(item.source.fault, "copy the file itself into the folder")
    try:
        picture = read_picture(item.source.path)
        masks = {"masks": item.mask, "masks_b": item.mask_b}
        drawn = {name: read_mask(path) for name, path in masks.items() if path is not None}
    except DataError as error:
        raise Quarantined(_without_paths(error.message, item), error.hint) from error
    height, width = picture.grey_HW.shape
    for mask_HW in drawn.values():
        if mask_HW.shape != (height, width):
            raise Quarantined(
                f"mask of another size ({mask_HW.shape[1]}x{mask_HW.shape[0]}, picture {width}x{height})",
                "draw or export the mask at the size of the picture",
            )
    prepared = prepare(picture, settings, device)
    png = _png(prepared.image_SS)
    image = f"images/{item.stem}.png"
    write_bytes(work / image, png)
    paths = {name: _write_mask(work, name, item.stem, mask_HW, prepared) for name, mask_HW in drawn.items()}
    label = item.label
    row = Row(
        image=image,
        patient=item.patient,
        stage=label.stage if label is not None else None,
        mask=paths.get("masks", ""),
        mask_b=paths.get("masks_b", ""),
        site=item.site,
        scanner=label.scanner if label is not None else "",
        view=label.view if label is not None else "",
        extras=label.extras if label is not None else {},
    )
    return row, image_record(picture, prepared, png)


def _write_mask(work: Path, folder: str, stem: str, mask_HW: NDArray[np.bool_], prepared: Prepared) -> str:
    inside_HW = prepared.sector.mask(prepared.geometry.source, margin=BLANKED_MARGIN)
    path = f"{folder}/{stem}.png"
    write_bytes(work / path, _png(mask_to_square(mask_HW & inside_HW, prepared.geometry)))
    return path


def _png(image_SS: NDArray[np.uint8]) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(image_SS).save(buffer, format="PNG", compress_level=4)
    return buffer.getvalue()


def _without_paths(message: str, item: Item) -> str:
    for path, what in ((item.source.path, ""), (item.mask, "mask: "), (item.mask_b, "second mask: ")):
        message = message.replace(f"{path}: ", what) if path is not None else message
    return message


def _kind(reason: str) -> str:
    """A reason without the figures in brackets, so that like ones are counted together."""
    return reason.partition(" (")[0]


def _inert(text: str) -> str:
    """A file name as a cell that no spreadsheet takes for a formula."""
    printable = "".join(c if c.isprintable() else "?" for c in text)
    return f"'{printable}" if printable[:1] in {"=", "+", "-", "@"} else printable


def _put_in_place(work: Path, out: Path) -> None:
    try:
        (out / RECORD).unlink(missing_ok=True)
        for part in _PARTS:
            old, new = out / part, work / part
            if old.is_dir():
                shutil.rmtree(old)
            if new.exists():
                new.replace(old)
            else:
                old.unlink(missing_ok=True)
        for left in out.glob(f"{UNFINISHED}*"):
            if left.is_dir() and left != work:
                shutil.rmtree(left)
    except OSError as error:
        raise OutputError(
            f"{out}: cannot be written ({error.strerror})", "choose a folder you may write to"
        ) from error


def _summary(plan: Plan, images: dict[str, Any], reasons: dict[str, int], *, unchanged: bool) -> Summary:
    cohort = load_manifest(plan.places.out)
    return Summary(
        out=plan.places.out,
        images=len(cohort.rows),
        patients=len(cohort.patients),
        stages=dict(sorted(Counter("" if r.stage is None else STAGES[r.stage] for r in cohort.rows).items())),
        masks=sum(bool(row.mask) for row in cohort.rows),
        markers=sum(record["checks"]["markers"] > 0 for record in images.values()),
        reasons=reasons,
        notes=plan.notes,
        map_file=plan.map_file if reasons and plan.map_file.is_file() else None,
        unchanged=unchanged,
    )
