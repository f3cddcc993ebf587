"""``livernet phantom``: a synthetic cohort whose truth is known."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from livernet.cli.console import err, next_step, out, print_json
from livernet.cli.options import JsonOption
from livernet.core.errors import ConfigError

if TYPE_CHECKING:
    from livernet.core.phantom.baseline import Difficulty
    from livernet.core.phantom.cohort import Summary


def phantom(
    folder: Annotated[Path, typer.Argument(metavar="OUT", help="New folder for the cohort.")],
    patients: Annotated[
        int | None, typer.Option(min=1, help="Default 78, or in proportion to --images.")
    ] = None,
    images: Annotated[
        int | None, typer.Option(min=1, help="Default 118, or in proportion to --patients.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same bytes.")] = 0,
    per_stage: Annotated[
        str | None,
        typer.Option(metavar="N,N,N,N,N", help="Patients of F0 to F4, in place of the paper's shares."),
    ] = None,
    describe: Annotated[bool, typer.Option("--describe", help="Measure how hard the cohort is.")] = False,
    consoles: Annotated[
        str,
        typer.Option(
            help="standard: four consoles, plain pictures. all: every kind of screen, to try preprocess on."
        ),
    ] = "standard",
    confound: Annotated[
        float,
        typer.Option(
            min=0, max=1, help="Probability that the console follows the stage: a cohort audits must accuse."
        ),
    ] = 0.0,
    json: JsonOption = False,
) -> None:
    """Make console pictures of synthetic livers with known stages and masks. No person is shown."""
    from livernet.core.phantom.baseline import describe as measure
    from livernet.core.phantom.cohort import write_cohort
    from livernet.core.phantom.plan import make_quota
    from livernet.core.phantom.screens.folder import write_screens

    _check_consoles(consoles, describe=describe)
    quota = make_quota(patients, images, _numbers(per_stage))
    from rich.progress import Progress

    with Progress(console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task("drawing", total=sum(quota.images))
        write = write_screens if consoles == "all" else write_cohort
        summary = write(
            folder,
            seed,
            quota,
            lambda done, _total: progress.update(task, completed=done),
            confound=confound,
        )
    difficulty = measure(folder) if describe else None
    if json:
        print_json(_document(summary, difficulty, seed, confound))
    else:
        _show(summary, difficulty)
    next_step("livernet preprocess {} out/", folder)


def _check_consoles(consoles: str, *, describe: bool) -> None:
    if consoles not in {"standard", "all"}:
        raise ConfigError(
            f"--consoles {consoles!r} is neither standard nor all", "leave it out for the standard cohort"
        )
    if describe and consoles == "all":
        raise ConfigError(
            "--describe measures the standard cohort, not --consoles all", "leave one of the two out"
        )


def _numbers(text: str | None) -> tuple[int, ...] | None:
    if text is None:
        return None
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError as error:
        raise ConfigError(
            f"--per-stage {text!r} is not five whole numbers", "write for example 6,6,5,6,10"
        ) from error


def _document(
    summary: "Summary", difficulty: "Difficulty | None", seed: int, confound: float
) -> dict[str, Any]:
    stages = {stage: {"patients": patients, "images": images} for stage, patients, images in summary.stages}
    head = {
        "folder": str(summary.folder),
        "seed": seed,
        "confound": confound,
        "images": summary.images,
        "patients": summary.patients,
    }
    measured = None
    if difficulty is not None:
        measured = {
            "latent_auc_f2": round(difficulty.latent_auc, 4),
            "texture_auc_f2": round(difficulty.texture_auc, 4),
        }
    return {**head, "stages": stages, "bytes": summary.size_bytes, "difficulty": measured}


def _show(summary: "Summary", difficulty: "Difficulty | None") -> None:
    megabytes = summary.size_bytes / 1e6
    counts = f"{summary.images} synthetic pictures of {summary.patients} invented patients"
    out.print(f"{counts} in {summary.folder} ({megabytes:.0f} MB)", markup=False)
    for stage, patients, images in summary.stages:
        out.print(f"  {stage}  {patients:3d} patients  {images:3d} images")
    if difficulty is not None:
        out.print(f"AUC at >=F2 over patients, latent score:     {difficulty.latent_auc:.3f}")
        out.print(f"AUC at >=F2 over patients, texture baseline: {difficulty.texture_auc:.3f}")
