"""``livernet train``: one network on a whole cohort, ready for ``predict``."""

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


def train(
    cohort: CohortArgument = None,
    model: Annotated[
        Literal["livernet", "vgg16", "vgg19"], typer.Option(help="Network: the paper's, or a baseline of it.")
    ] = "livernet",
    weights: WeightsOption = None,
    holdout: Annotated[
        float, typer.Option(min=0, max=0.5, help="Share of the patients kept out of training and scored.")
    ] = 0.0,
    preset: PresetOption = "auto",
    config: ConfigOption = None,
    setting: SetOption = None,
    classes: GroupingOption = None,
    seed: SeedOption = None,
    device: DeviceOption = "auto",
    name: NameOption = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Continue the newest unfinished training under ./runs.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Train one network on a cohort; its own images say nothing of its accuracy, use cv for that."""
    from livernet.cli.choice import announce, command_line, resolve
    from livernet.cli.console import err, next_step, note, print_json
    from livernet.cli.epoch_bar import EpochBar, held_out
    from livernet.core.data.manifest import find_cohort, load_manifest
    from livernet.core.experiment.single import train_single
    from livernet.core.runs import find_unfinished, run_path

    choice = resolve(preset, config, setting, classes, seed, device, models=[model], weights=weights)
    data = load_manifest(find_cohort(cohort))
    folder = find_unfinished("train") if resume else run_path("train", name)
    announce(choice, images=len(data.rows), trainings=1)
    note(f"cohort {data.folder}: {len(data.rows)} images of {len(data.patients)} patients")
    epochs = choice.configs[0].train.epochs
    with EpochBar(err) as bar:
        bar.training("training", epochs, epochs)
        result = train_single(
            data,
            choice.configs[0],
            choice.device,
            folder,
            command_line(),
            preset=choice.preset,
            holdout=holdout,
            on_epoch=bar.epoch,
        )
    if json:
        facts = {"run": str(result.folder), "images": result.images, "held_out": len(result.predictions)}
        print_json(facts)
    err.print(f"trained on {result.images} images", markup=False)
    if result.predictions:
        err.print(held_out(result.predictions), markup=False)
    err.print(f"wrote {result.folder}", markup=False)
    next_step(f"livernet predict SCAN{' --mask-out' if model == 'livernet' else ''}")
