"""A folder of raw pictures to a cohort: manifest, images, masks, record, review sheet, quarantine."""

import hashlib
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from livernet import __version__
from livernet.core.data.manifest import Row
from livernet.core.errors import FaultsError, OutputError
from livernet.core.files import UNFINISHED, flush
from livernet.core.preprocess.cohort.assemble import Entry, Refused, assemble, count_reasons, write_map
from livernet.core.preprocess.cohort.claim import STORE, claimed, clear, is_half_way, put_in_place
from livernet.core.preprocess.cohort.copies import mark_copies
from livernet.core.preprocess.cohort.existing import read_decided, read_entries, read_refused
from livernet.core.preprocess.cohort.naming import Named, name_all
from livernet.core.preprocess.cohort.pieces import (
    IMAGES,
    MARKERS,
    Job,
    Outcome,
    Output,
    Refusal,
    job_digest,
    make_pieces,
    read_piece,
)
from livernet.core.preprocess.cohort.places import Places, check_places
from livernet.core.preprocess.cohort.plan import Plan, make_plan
from livernet.core.preprocess.cohort.pool import CRASHED, Pool, suitable_workers
from livernet.core.preprocess.cohort.record import is_whole, read_record, record_head
from livernet.core.preprocess.cohort.sources import MASKS, MASKS_B
from livernet.core.preprocess.cohort.summary import Made, Summary, read_made, summarise
from livernet.core.preprocess.cohort.verdicts import Decided, check_not_back
from livernet.core.preprocess.settings import PreprocessConfig

_OTHER_OUT = "choose a new folder for OUT, or delete this one first"


def preprocess_folder(
    places: Places,
    settings: PreprocessConfig,
    on_picture: Callable[[int, int], None],
    workers: int | None = None,
) -> Summary:
    """Turn a folder of raw pictures into a cohort, which appears whole or not at all.

    A cohort that is there already with the same settings, inputs, key and decisions is left as it is. What an
    interrupted run has prepared is kept in OUT, under a name that no other command reads, and used again.

    Args:
        places: input and output files and folders.
        settings: size, fit, frames, marks.
        on_picture: called with the number of files done and their total.
        workers: processes; 0 for none but this one, ``None`` for what suits the machine and the folder.

    Raises:
        ConfigError: decisions and key do not go together.
        DataError: the folder, a table or the key cannot be read.
        FaultsError: labels, masks, decisions and pictures contradict each other, or none could be accepted.
        OutputError: OUT is not empty and not this cohort, or cannot be written.
    """
    check_places(places)
    if not is_half_way(places.out):
        read_record(places.out)  # a folder that is not ours is not touched
    with claimed(places.out):
        record = read_record(places.out)
        if record is not None and places.key is not None and not places.key.exists():
            raise _other_key(places.out)
        earlier = [] if record is None else read_decided(places.out)
        plan = make_plan(places, earlier)
        if record is not None:
            inputs = _inputs(plan, [job_digest(item.job) for item in plan.items])
            if _is_done(plan, settings, record, inputs):
                clear(places.out)
                return summarise(plan, read_made(places.out, record), unchanged=True)
            if plan.key_check is None:
                return _reject(plan, record, earlier)
        suitable = suitable_workers(len(plan.items)) if workers is None else workers
        return _make(plan, settings, on_picture, suitable)


def _is_done(plan: Plan, settings: PreprocessConfig, record: dict[str, Any], inputs: str) -> bool:
    """Whether the cohort in OUT is the one asked for; anything that must not be overwritten is an error."""
    out = plan.places.out
    if record.get("settings") != settings.to_dict():
        settled = record.get("settings")
        raise OutputError(f"{out}: holds a cohort made with other settings ({settled})", _OTHER_OUT)
    if plan.key_check is not None and record.get("key_check") != plan.key_check:
        raise _other_key(out)
    if plan.key_check is None and record.get("key_check") is not None:
        raise OutputError(f"{out}: holds a cohort made with a key", "give its key again: --id-key FILE")
    fault = _difference(plan, record, inputs)
    if plan.key_check is None and fault:
        raise OutputError(f"{out}: the cohort {fault}, and the key of its ids was forgotten", _OTHER_OUT)
    return not fault and not plan.verdicts.changed


def _difference(plan: Plan, record: dict[str, Any], inputs: str) -> str:
    """How the cohort in OUT differs from what the same command would make now; empty if it does not."""
    if record.get("version") != __version__:
        return f"was made by version {record.get('version')}"
    if not plan.pseudonyms.fits(str(record.get("inputs")), inputs):
        return "was made from other input files"
    return "" if is_whole(plan.places.out, record) else "is damaged"


def _other_key(out: Path) -> OutputError:
    return OutputError(
        f"{out}: holds a cohort made with another key, or with one that was forgotten", _OTHER_OUT
    )


def _make(
    plan: Plan, settings: PreprocessConfig, on_picture: Callable[[int, int], None], workers: int
) -> Summary:
    out = plan.places.out
    store = out / STORE
    _make_folder(store)
    outcomes = _outcomes(plan, settings, store, on_picture, workers)
    named = name_all(plan.items, outcomes, plan.pseudonyms)
    entries = [_entry(one, output, store) for one in named for output in one.outcome.outputs]
    refused = [_refused(one, why, plan.places.raw) for one in named for why in one.outcome.refused]
    try:
        if not entries:
            _tell_all_refused(plan, refused)
        tokens = {item.token for item in plan.items} | {one.token for one in refused}
        tokens |= {entry.token for entry in entries}
        plan.verdicts.check([entry.row.image for entry in entries], tokens, gone=False)
        inputs = plan.pseudonyms.seal(_inputs(plan, [outcome.digest for outcome in outcomes]))
        # of two equal files the second finds what this run made of the first
        fresh = {outcome.key for outcome in outcomes if not outcome.kept}
        continued = sum(outcome.kept and outcome.key not in fresh for outcome in outcomes)
        return _finish(plan, settings.to_dict(), inputs, entries, refused, continued=continued)
    except FaultsError:
        # nothing to be gained by another try: what was there before stays as it was
        shutil.rmtree(store, ignore_errors=True)
        raise


def _tell_all_refused(plan: Plan, refused: Sequence[Refused]) -> None:
    """Raise what there is to say where nothing could be accepted; the map tells the tokens to let in."""
    write_map(plan.map_file, refused)
    faults = [f"{one.token} {one.file}: {one.reason}" for one in refused]
    raise FaultsError(f"{plan.places.raw}: no picture could be accepted", faults, refused[0].remedy)


def _reject(plan: Plan, record: dict[str, Any], earlier: Sequence[Decided]) -> Summary:
    """Take rejected images out of a cohort whose key is forgotten: nothing could be made anew."""
    out = plan.places.out
    check_not_back(plan.verdicts, earlier)
    entries = read_entries(out, record)
    plan.verdicts.check([entry.row.image for entry in entries], (), gone=True)
    return _finish(plan, record["settings"], record["inputs"], entries, read_refused(out))


def _finish(
    plan: Plan,
    settings: dict[str, Any],
    inputs: str,
    entries: Sequence[Entry],
    refused: Sequence[Refused],
    continued: int = 0,
) -> Summary:
    """Leave out what was rejected, write all files of the cohort and put them in place together."""
    out = plan.places.out
    kept = [entry for entry in entries if not plan.verdicts.rejects(entry.row.image)]
    if not kept:
        raise FaultsError(f"{out}: every image was rejected", (), "an empty cohort is of no use: delete OUT")
    became: dict[str, list[str]] = defaultdict(list)
    for entry in kept:
        became[entry.token].append(Path(entry.row.image).stem)
    work = _work_folder(out)
    try:
        decided = plan.verdicts.rows(became)
        kept = mark_copies(kept)
        assemble(work, kept, refused, decided, record_head(settings, inputs, plan.key_check))
        if any(one.file for one in refused):
            write_map(plan.map_file, refused)
        flush()
        put_in_place(work, out)
    except OutputError as error:
        # the folder it happened in is about to go
        raise OutputError(error.message.replace(str(work), str(out)), error.hint) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    made = Made(
        rows=[entry.row for entry in kept],
        markers=sum(MARKERS in entry.parts for entry in kept),
        admitted=sum(bool(entry.token) for entry in kept),
        on_marker=settings["on_marker"],
        reasons=count_reasons(refused),
        decided=decided,
    )
    return summarise(plan, made, unchanged=False, continued=continued)


def _outcomes(
    plan: Plan,
    settings: PreprocessConfig,
    store: Path,
    on_picture: Callable[[int, int], None],
    workers: int,
) -> list[Outcome]:
    jobs = [item.job for item in plan.items]
    outcomes: dict[int, Outcome] = {}
    on_picture(0, len(jobs))
    with Pool(workers) as pool:
        for index, outcome in pool.run(jobs, partial(make_pieces, settings=settings, store=store)):
            if outcome is not None and outcome.failure is not None:
                message, hint = outcome.failure
                raise OutputError(message.replace(str(store), str(plan.places.out)), hint)
            outcomes[index] = outcome or _crash(jobs[index])
            on_picture(len(outcomes), len(jobs))
    return [outcomes[index] for index in range(len(jobs))]


def _crash(job: Job) -> Outcome:
    refusal = Refusal(suffix="", reason=CRASHED[0], remedy=CRASHED[1])
    return Outcome(digest=job_digest(job), key="", refused=(refusal,))


def _entry(named: Named, output: Output, store: Path) -> Entry:
    stem, label, masks = named.stem(output), named.item.label, named.item.job.masks
    row = Row(
        image=f"{IMAGES}/{stem}.png",
        patient=named.patient,
        stage=None if label is None else label.stage,
        mask=f"{MASKS}/{stem}.png" if MASKS in masks else "",
        mask_b=f"{MASKS_B}/{stem}.png" if MASKS_B in masks else "",
        site=named.item.site,
        scanner="" if label is None else label.scanner,
        view="" if label is None else label.view,
        extras={} if label is None else label.extras,
    )
    return Entry(
        row=row,
        parts=(IMAGES, *([MARKERS] if output.marked else []), *masks),
        piece=partial(read_piece, store, named.outcome.key, output.suffix),
        token=_admitting(named, output),
    )


def _admitting(named: Named, output: Output) -> str:
    """The token, of the file or of its frame, that let a picture in; empty where none had to."""
    if not output.admitted:
        return ""
    return f"{named.item.token}{output.frame if output.frame in named.item.job.admitted else ''}"


def _refused(named: Named, why: Refusal, raw: Path) -> Refused:
    return Refused(
        token=f"{named.item.token}{why.suffix}",
        file=str(named.item.source.path.relative_to(raw)),
        reason=why.reason,
        remedy=why.remedy,
    )


def _inputs(plan: Plan, digests: Sequence[str]) -> str:
    """One SHA-256 over the names and contents of all input files."""
    total = hashlib.sha256(plan.table_sha256.encode())
    for item, digest in zip(plan.items, digests, strict=True):
        total.update(f"\0{item.source.name}\0{digest}".encode("utf-8", "surrogatepass"))
    return total.hexdigest()


def _make_folder(folder: Path) -> None:
    try:
        if folder.is_symlink():
            folder.unlink()
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{folder.parent}: cannot be written ({error.strerror})", "choose a folder you may write to"
        ) from error


def _work_folder(out: Path) -> Path:
    try:
        return Path(tempfile.mkdtemp(dir=out, prefix=UNFINISHED))
    except OSError as error:
        raise OutputError(
            f"{out}: cannot be written ({error.strerror})", "choose a folder you may write to"
        ) from error
