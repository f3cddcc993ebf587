"""A folder of raw pictures to a cohort: manifest, images, masks, record, review sheet, quarantine."""

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from livernet.core.data.manifest import Row
from livernet.core.errors import FaultsError, OutputError
from livernet.core.files import UNFINISHED, flush
from livernet.core.preprocess.assemble import (
    Decided,
    Entry,
    Refused,
    assemble,
    put_in_place,
    write_map,
)
from livernet.core.preprocess.existing import read_decided, read_entries, read_refused
from livernet.core.preprocess.naming import Named, name_all
from livernet.core.preprocess.pieces import (
    BEFORE,
    Job,
    Outcome,
    Output,
    Refusal,
    job_digest,
    make_pieces,
    piece_path,
)
from livernet.core.preprocess.plan import Places, Plan, make_plan
from livernet.core.preprocess.pool import run_jobs, suitable_workers
from livernet.core.preprocess.record import is_whole, read_record, record_head
from livernet.core.preprocess.settings import PreprocessConfig
from livernet.core.preprocess.summary import Summary, summarise

_OTHER_OUT = "choose a new folder for OUT, or delete this one first"
_STORE = f"{UNFINISHED}pieces"
_CRASHED = ("the decoder crashed on it", "export the picture again, as PNG if it is DICOM")


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
    record = read_record(places.out)
    if record is not None and places.key is not None and not places.key.exists():
        raise _other_key(places.out)
    plan = make_plan(places)
    if record is not None:
        digest = _inputs(plan, [job_digest(item.job) for item in plan.items])
        if _is_done(plan, settings, record, digest):
            return summarise(plan, unchanged=True)
        if plan.key_check is None:
            return _reject(plan, record)
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
    if record.get("review") and plan.decisions is None:
        raise OutputError(
            f"{out}: holds a cohort that was reviewed", "give the decisions again: --apply-review FILE"
        )
    same_inputs, whole = record.get("inputs_sha256") == inputs, is_whole(out, record)
    if plan.key_check is None and not (same_inputs and whole):
        what = "is damaged" if same_inputs else "was made from other input files"
        if record.get("key_check") is not None:
            raise OutputError(f"{out}: the cohort {what}", "give its --id-key to make it again")
        raise OutputError(f"{out}: the cohort {what}, and the key of its ids was forgotten", _OTHER_OUT)
    decided = None if plan.decisions is None else plan.decisions.sha256
    return same_inputs and whole and (record.get("review") or {}).get("sha256") == decided


def _other_key(out: Path) -> OutputError:
    return OutputError(
        f"{out}: holds a cohort made with another key, or with one that was forgotten", _OTHER_OUT
    )


def _make(
    plan: Plan, settings: PreprocessConfig, on_picture: Callable[[int, int], None], workers: int
) -> Summary:
    out = plan.places.out
    existed = out.exists()
    store = out / _STORE
    _make_folder(store)
    outcomes = _outcomes(plan, settings, store, on_picture, workers)
    named = name_all(plan.items, outcomes, plan.pseudonyms)
    entries = [_entry(one, output, store) for one in named for output in one.outcome.outputs]
    refused = [
        Refused(
            token=f"{one.item.token}{why.suffix}",
            file=one.item.source.name,
            reason=why.reason,
            remedy=why.remedy,
        )
        for one in named
        for why in one.outcome.refused
    ]
    if not entries:
        shutil.rmtree(out if not existed else store, ignore_errors=True)
        faults = [f"{one.file}: {one.reason}" for one in refused]
        raise FaultsError(f"{plan.places.raw}: no picture could be accepted", faults, refused[0].remedy)
    inputs = _inputs(plan, [outcome.digest for outcome in outcomes])
    continued = sum(outcome.kept for outcome in outcomes)
    try:
        return _finish(plan, settings.to_dict(), inputs, entries, refused, continued=continued)
    except FaultsError:
        # of the decisions: what was there stays as it was
        shutil.rmtree(store, ignore_errors=True)
        raise


def _reject(plan: Plan, record: dict[str, Any]) -> Summary:
    """Take rejected images out of a cohort whose key is forgotten: nothing could be made anew."""
    out = plan.places.out
    entries, refused, earlier = read_entries(out, record), read_refused(out), read_decided(out)
    return _finish(plan, record["settings"], record["inputs_sha256"], entries, refused, earlier)


def _finish(
    plan: Plan,
    settings: dict[str, Any],
    inputs: str,
    entries: Sequence[Entry],
    refused: Sequence[Refused],
    earlier: Sequence[Decided] = (),
    continued: int = 0,
) -> Summary:
    """Apply the decisions, write all files of the cohort and put them in place together."""
    out = plan.places.out
    kept, decided = _decide(plan, entries, earlier)
    work = _work_folder(out)
    try:
        review = None if plan.decisions is None else {"sha256": plan.decisions.sha256}
        head = record_head(settings, inputs, plan.key_check, review)
        assemble(work, kept, refused, decided, head)
        if any(one.file for one in refused):
            write_map(plan.map_file, refused)
        flush()
        put_in_place(work, out)
    except OutputError as error:
        # the folder it happened in is about to go
        raise OutputError(error.message.replace(str(work), str(out)), error.hint) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return summarise(plan, unchanged=False, continued=continued)


def _decide(
    plan: Plan, entries: Sequence[Entry], earlier: Sequence[Decided]
) -> tuple[list[Entry], list[Decided]]:
    """The images that were not rejected, and all decisions so far."""
    decisions = plan.decisions
    if decisions is None:
        return list(entries), []
    images = [entry.row.image for entry in entries]
    decisions.check([*images, *(one.item for one in earlier)], [item.token for item in plan.items])
    kept = [e for e in entries if (one := decisions.of(e.row.image)) is None or one.verdict != "reject"]
    if not kept:
        raise FaultsError(
            f"{plan.places.out}: every image was rejected", (), "an empty cohort is of no use: delete OUT"
        )
    new = [Decided(d.item, d.verdict, str(d.row), decisions.sha256) for d in decisions.by_item.values()]
    return kept, [*new, *(one for one in earlier if one.item not in decisions.by_item)]


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
    for index, outcome in run_jobs(jobs, partial(make_pieces, settings=settings, store=store), workers):
        if outcome is not None and outcome.failure is not None:
            message, hint = outcome.failure
            raise OutputError(message.replace(str(store), str(plan.places.out)), hint)
        outcomes[index] = outcome or _crash(jobs[index])
        on_picture(len(outcomes), len(jobs))
    return [outcomes[index] for index in range(len(jobs))]


def _crash(job: Job) -> Outcome:
    refusal = Refusal(suffix="", reason=_CRASHED[0], remedy=_CRASHED[1])
    return Outcome(digest=job_digest(job), key="", refused=(refusal,))


def _entry(named: Named, output: Output, store: Path) -> Entry:
    stem, label, key = named.stem(output), named.item.label, named.outcome.key
    paths = {part: f"{part}/{stem}.png" for part in output.files if part != BEFORE}
    row = Row(
        image=paths["images"],
        patient=named.patient,
        stage=None if label is None else label.stage,
        mask=paths.get("masks", ""),
        mask_b=paths.get("masks_b", ""),
        site=named.item.site,
        scanner="" if label is None else label.scanner,
        view="" if label is None else label.view,
        extras={} if label is None else label.extras,
    )
    admitted = named.item.job.forgiving
    return Entry(
        row=row,
        record={**output.record, "admitted": admitted},
        files={part: piece_path(store, key, output.suffix, part) for part in paths},
        before=piece_path(store, key, output.suffix, BEFORE).read_bytes,
        admitted=admitted,
    )


def _inputs(plan: Plan, digests: Sequence[str]) -> str:
    """One SHA-256 over the names and contents of all input files."""
    total = hashlib.sha256(plan.table_sha256.encode())
    for item, digest in zip(plan.items, digests, strict=True):
        total.update(f"\0{item.source.name}\0{digest}".encode("utf-8", "surrogatepass"))
    return total.hexdigest()


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
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
