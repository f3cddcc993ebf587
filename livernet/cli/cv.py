"""``livernet cv``: k folds of a cohort, every image predicted by a network that never saw its patient."""

from typing import Annotated, Literal

import typer

from livernet.cli.options import (
    CohortArgument,
    ConfigOption,
    DeviceOption,
    GroupingOption,
    JsonOption,
    NameOption,
    PresetOption,
    SeedOption,
    SetOption,
    WeightsOption,
)


def cv(
    cohort: CohortArgument = None,
    folds: Annotated[int, typer.Option(min=2, help="How many folds.")] = 10,
    model: Annotated[
        list[str] | None,
        typer.Option(
            help="Network: livernet, or the baselines vgg16, vgg19; may be repeated, all get the same folds."
        ),
    ] = None,
    weights: WeightsOption = None,
    split: Annotated[
        Literal["patient", "image", "holdout", "site"],
        typer.Option(
            help="What is kept apart: patients; single images, or random tenths of them as in the paper "
            "(both leak patients); or sites."
        ),
    ] = "patient",
    duplicates: Annotated[
        Literal["stop", "group", "allow"],
        typer.Option(
            help="The same picture, or nearly, under two patients: stop, treat as one patient, or allow."
        ),
    ] = "stop",
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="Folds trained at once. Default: one for each core of a CPU, or GPU."),
    ] = None,
    preset: PresetOption = "auto",
    config: ConfigOption = None,
    setting: SetOption = None,
    classes: GroupingOption = None,
    seed: SeedOption = None,
    device: DeviceOption = "auto",
    name: NameOption = None,
    json: JsonOption = False,
) -> None:
    """Cross-validate on a cohort: train on all folds but one, predict that one, in turn."""
    from livernet.cli.choice import announce, command_line, resolve
    from livernet.cli.console import err, next_step, print_json
    from livernet.cli.cv_watch import CvWatch
    from livernet.cli.result_table import print_results
    from livernet.cli.table1 import print_table1
    from livernet.core.data.manifest import find_cohort, load_manifest
    from livernet.core.experiment.crew import find_crew
    from livernet.core.experiment.cv import cross_validate
    from livernet.core.experiment.plan import CvOptions
    from livernet.core.metrics.summary import table1
    from livernet.core.runs import run_path

    models = model or ["livernet"]
    choice = resolve(preset, config, setting, classes, seed, device, models=models, weights=weights)
    data = load_manifest(find_cohort(cohort))
    options = CvOptions(
        configs=choice.configs,
        preset=choice.preset,
        folds=folds,
        protocol=split,
        duplicates=duplicates,
        workers=workers,
    )
    labelled = sum(bool(row.mask) or row.stage is not None for row in data.rows)
    trainings = len({row.site for row in data.rows}) if split == "site" else folds
    crew = find_crew(choice.device, trainings, workers)
    announce(choice, images=labelled * (trainings - 1) // trainings, trainings=trainings, crew=crew)
    with CvWatch(err) as watch:
        result = cross_validate(data, options, choice.device, run_path("cv", name), command_line(), watch)
    if json:
        print_json({"run": str(result.folder)} | result.summary)
    else:
        shown = {"name": result.folder.name, "summary": result.summary, "notes": []}
        verdict = {"verdict": result.summary.get("verdict")}
        print_results({"runs": [shown | verdict], "notes": []})
        print_table1(table1(result.summary), result.summary["comparisons"], result.folder.name)
    err.print(f"wrote {result.folder}", markup=False)
    next_step("livernet report")
    next_step(f"livernet predict SCAN{' --mask-out' if 'livernet' in models else ''}")
