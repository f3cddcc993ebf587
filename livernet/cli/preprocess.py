"""``livernet preprocess``: a folder of raw pictures to a de-identified cohort."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from livernet.cli.console import next_step, note, out, print_json, warn
from livernet.cli.options import JsonOption, StrictOption
from livernet.cli.picture_bar import picture_bar

if TYPE_CHECKING:
    from livernet.core.preprocess.cohort.summary import Summary
    from livernet.core.preprocess.geometry import Fit
    from livernet.core.preprocess.settings import OnMarker

_QUARANTINED = 3
_MARKS = {"inpaint": "painted over", "keep": "kept"}


def preprocess(
    raw: Annotated[Path, typer.Argument(metavar="RAW", help="Folder of exported pictures or DICOM files.")],
    cohort: Annotated[Path, typer.Argument(metavar="OUT", help="New or empty folder for the cohort.")],
    labels: Annotated[
        Path | None,
        typer.Option(
            help="Table file,patient,stage[,site,scanner,view]. Default: RAW/labels.csv, else folders RAW/F0 "
            "to RAW/F4 tell the stage."
        ),
    ] = None,
    masks: Annotated[
        Path | None,
        typer.Option(help="Folder of liver masks by the same names. Default: RAW/masks if there."),
    ] = None,
    size: Annotated[int, typer.Option(min=64, max=2048, help="Side of the square images in pixels.")] = 512,
    fit: Annotated[str, typer.Option(help="pad keeps the aspect, stretch fills the square.")] = "pad",
    id_key: Annotated[
        Path | None,
        typer.Option(help="Key of the pseudonyms, made if absent. Default: a key that is forgotten."),
    ] = None,
    quarantine_map: Annotated[
        Path | None,
        typer.Option(
            help="Which file each quarantine token stands for. Default: beside RAW. Keep it private."
        ),
    ] = None,
    frames: Annotated[
        str, typer.Option(help="Frames of a cine loop: first, middle, all or 'every N'.")
    ] = "middle",
    on_marker: Annotated[
        str, typer.Option(help="Calipers and other marks inside the sector: quarantine, inpaint or keep.")
    ] = "inpaint",
    allow_doppler: Annotated[
        bool, typer.Option("--allow-doppler", help="Let colour, and flow or spectra over the tissue, pass.")
    ] = False,
    apply_review: Annotated[
        Path | None, typer.Option(help="Decisions saved from OUT/review.html: accept, reject, admit.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=0, help="Processes; 0 for none but this one. Default: one a core.")
    ] = None,
    strict: StrictOption = False,
    json: JsonOption = False,
) -> None:
    """Keep the ultrasound sector, drop patient data, resize, write a cohort; doubt means quarantine."""
    from livernet.core.preprocess.cohort.make import preprocess_folder
    from livernet.core.preprocess.cohort.places import Places
    from livernet.core.preprocess.settings import PreprocessConfig

    settings = PreprocessConfig(
        size=size,
        fit=cast("Fit", fit),
        frames=frames,
        on_marker=cast("OnMarker", on_marker),
        allow_doppler=allow_doppler,
    )
    places = Places(
        raw=raw,
        out=cohort,
        labels=labels,
        masks=masks,
        key=id_key,
        quarantine_map=quarantine_map,
        review=apply_review,
    )
    with picture_bar("preparing") as show:
        summary = preprocess_folder(places, settings, show, workers)
    if json:
        print_json(_document(summary))
    else:
        _show(summary)
    for text in summary.notes:
        note(text)
    if summary.quarantined:
        where = (
            f"{summary.map_file} says which: keep it private" if summary.map_file else "see quarantine.csv"
        )
        warn(f"{summary.quarantined} in quarantine; {where}")
    if not summary.unchanged:
        note(f"look at what was kept before you share it: {cohort / 'review.html'}")
    if cohort.resolve() == Path("out").resolve():
        next_step("livernet cv --folds 10")
    else:
        next_step("livernet cv {} --folds 10", cohort)
    if strict and summary.quarantined:
        raise typer.Exit(_QUARANTINED)


def _show(summary: "Summary") -> None:
    from rich.markup import escape

    name = escape(str(summary.out))
    counts = f"{summary.images} images of {summary.files} files, {summary.patients} patients"
    out.print(f"[bold]{name}[/bold]: {counts}")
    stages = ", ".join(f"{name or 'no stage'} {count}" for name, count in summary.stages.items())
    out.print(f"  stages       {stages}")
    out.print(f"  masks        {summary.masks}")
    if summary.markers:
        out.print(f"  marks        inside the sector of {summary.markers}: {_MARKS[summary.on_marker]}")
    if summary.copies.groups:
        found = summary.copies
        across = f"{found.across_patients} under several patients, {found.across_stages} under several stages"
        groups = f"{found.groups} group{'s' * (found.groups > 1)}"
        out.print(f"  copies       {found.images} images in {groups} of equal or nearly equal ones: {across}")
    if summary.rejected or summary.admitted:
        out.print(f"  reviewed     {summary.rejected} rejected, {summary.admitted} let in by name")
    for reason, count in summary.reasons.items():
        out.print(f"  quarantined  {count}: {escape(reason)}")
    if summary.continued:
        out.print(f"  continued    {summary.continued} files were prepared by an interrupted run")
    if summary.unchanged:
        out.print("  nothing to do: the cohort is there with the same settings and inputs")


def _document(summary: "Summary") -> dict[str, Any]:
    return {
        "cohort": str(summary.out),
        "files": summary.files,
        "images": summary.images,
        "patients": summary.patients,
        "stages": summary.stages,
        "masks": summary.masks,
        "with_markers": summary.markers,
        "on_marker": summary.on_marker,
        "copies": asdict(summary.copies),
        "rejected": summary.rejected,
        "admitted": summary.admitted,
        "quarantined": summary.quarantined,
        "reasons": summary.reasons,
        "quarantine_map": None if summary.map_file is None else str(summary.map_file),
        "notes": list(summary.notes),
        "unchanged": summary.unchanged,
        "continued": summary.continued,
    }
