"""``livernet predict``: class, probabilities and liver mask of new scans."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from livernet.cli.options import DeviceOption, JsonOption, StrictOption

if TYPE_CHECKING:
    from livernet.core.infer.case import Case

ABSTAINED = 3


def predict(
    scans: Annotated[
        list[Path],
        typer.Argument(
            metavar="SCANS...", help="Screenshots, DICOM files, prepared pictures, folders, or one cohort."
        ),
    ],
    run: Annotated[
        Path | None,
        typer.Option(help="Run folder of cv or train. Default: the newest finished under ./runs."),
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="Network, where the run has several. Default: livernet.")
    ] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for all that is written.")] = Path(
        "predictions"
    ),
    mask_out: Annotated[
        bool, typer.Option("--mask-out", help="Write <scan>_mask.png, in the scan's own pixels.")
    ] = False,
    figure: Annotated[
        bool | None,
        typer.Option(
            "--figure/--no-figure", help="Write <scan>_figure.png. Default: yes, but not for a cohort."
        ),
    ] = None,
    device: DeviceOption = "auto",
    json: JsonOption = False,
    strict: StrictOption = False,
) -> None:
    """Stage and segment new scans. For research; not a medical device."""
    from livernet.cli.console import err, next_step, note, print_json
    from livernet.cli.findings import document, print_findings
    from livernet.core.device import choose_device
    from livernet.core.infer.models import find_models
    from livernet.core.infer.predict import predict_scans
    from livernet.core.infer.scans import find_scans
    from livernet.core.runs import find_run

    models = find_models(find_run(run), model)
    chosen = choose_device(device)
    note(f"run {models.run}: {models.describe()}")
    if chosen.notice:
        note(chosen.notice)
    wanted = find_scans(scans)
    figures = wanted.cohort is None if figure is None else figure
    names, (stages, mask) = models.cards[0].grouping.class_names, models.learnt
    figure_of = partial(write_figure, out=out, class_names=names, stages=stages, mask=mask)
    result = predict_scans(
        models,
        wanted,
        out,
        chosen,
        masks=mask_out,
        command=f"livernet predict ({len(wanted.files)} scans) --run {models.run}",
        on_case=figure_of if figures else None,
    )
    if json:
        print_json(document(result, models, out, masks=mask_out, figures=figures))
    else:
        print_findings(result, models)
    err.print(f"wrote {out}", markup=False)
    next_step("livernet report {}", out if wanted.cohort is not None else models.run)
    if strict and result.abstained:
        raise typer.Exit(ABSTAINED)


def write_figure(case: "Case", out: Path, class_names: tuple[str, ...], *, stages: bool, mask: bool) -> None:
    """The figure of an answered scan; ``stages`` and ``mask``: what the run learnt."""
    from livernet.core.infer.output import figure_name
    from livernet.core.report.drawing.figures import case_figure, save_figure

    said = case.finding.prediction
    truth = None if said.true_class is None else class_names[said.true_class]
    mask_SS = case.predicted_SS if mask else None
    probabilities = said.best_probabilities if stages else None
    figure = case_figure(case.image_SS, case.expert_SS, mask_SS, truth, probabilities, class_names)
    save_figure(out / figure_name(case.finding.stem), figure)
