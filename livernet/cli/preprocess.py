"""``livernet preprocess``: a folder of raw pictures to a de-identified cohort."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

import typer

from livernet.cli.console import err, next_step, note, out, print_json, warn
from livernet.cli.options import DeviceOption, JsonOption, StrictOption

if TYPE_CHECKING:
    from livernet.core.preprocess.cohort import Summary

_QUARANTINED = 3


def preprocess(
    raw: Annotated[Path, typer.Argument(metavar="RAW", help="Folder of exported pictures or DICOM files.")],
    cohort: Annotated[Path, typer.Argument(metavar="OUT", help="New or empty folder for the cohort.")],
    labels: Annotated[
        Path | None,
        typer.Option(help="Table file,patient,stage[,site,scanner,view]. Default: RAW/labels.csv if there."),
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
    device: DeviceOption = "auto",
    strict: StrictOption = False,
    json: JsonOption = False,
) -> None:
    """Keep the ultrasound sector, drop patient data, resize, write a cohort; doubt means quarantine."""
    from rich.progress import Progress

    from livernet.core.device import choose_device
    from livernet.core.preprocess.cohort import preprocess_folder
    from livernet.core.preprocess.plan import Places
    from livernet.core.preprocess.settings import PreprocessConfig

    settings = PreprocessConfig(size=size, fit=cast(Literal["pad", "stretch"], fit))
    places = Places(
        raw=raw, out=cohort, labels=labels, masks=masks, key=id_key, quarantine_map=quarantine_map
    )
    chosen = choose_device(device)
    with Progress(console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task("preparing", total=None)
        summary = preprocess_folder(
            places,
            settings,
            chosen.torch,
            lambda done, total: progress.update(task, completed=done, total=total),
        )
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
    if cohort.resolve() == Path("out").resolve():
        next_step("livernet cv --folds 10")
    else:
        next_step("livernet cv {} --folds 10", cohort)
    if strict and summary.quarantined:
        raise typer.Exit(_QUARANTINED)


def _show(summary: "Summary") -> None:
    from rich.markup import escape

    total = summary.images + summary.quarantined
    name = escape(str(summary.out))
    out.print(f"[bold]{name}[/bold]: {summary.images} of {total} pictures, {summary.patients} patients")
    stages = ", ".join(f"{name or 'no stage'} {count}" for name, count in summary.stages.items())
    out.print(f"  stages       {stages}")
    out.print(f"  masks        {summary.masks}")
    if summary.markers:
        out.print(f"  painted over {summary.markers} pictures with calipers or other marks")
    for reason, count in summary.reasons.items():
        out.print(f"  quarantined  {count}: {escape(reason)}")
    if summary.unchanged:
        out.print("  nothing to do: the cohort is there with the same settings and inputs")


def _document(summary: "Summary") -> dict[str, Any]:
    return {
        "cohort": str(summary.out),
        "images": summary.images,
        "patients": summary.patients,
        "stages": summary.stages,
        "masks": summary.masks,
        "painted_over": summary.markers,
        "quarantined": summary.quarantined,
        "reasons": summary.reasons,
        "quarantine_map": None if summary.map_file is None else str(summary.map_file),
        "notes": list(summary.notes),
        "unchanged": summary.unchanged,
    }
