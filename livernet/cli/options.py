"""Options that several commands share, so that they read and mean the same everywhere."""

from pathlib import Path
from typing import Annotated

import typer

CohortArgument = Annotated[
    Path | None,
    typer.Argument(metavar="[COHORT]", help="Cohort folder. Default: ./out, or . if it holds a manifest."),
]
DeviceOption = Annotated[str, typer.Option("--device", help="auto, cpu, cuda, cuda:N or mps.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
StrictOption = Annotated[
    bool, typer.Option("--strict", help="Exit with 3 if anything was quarantined or abstained.")
]
NameOption = Annotated[
    str | None,
    typer.Option("--name", help="Folder under ./runs; an unfinished run of that name is continued."),
]
PresetOption = Annotated[
    str, typer.Option("--preset", help="auto, paper, small or quick. auto: paper on a GPU, else quick.")
]
ConfigOption = Annotated[
    Path | None, typer.Option("--config", help="TOML file with settings, applied over the preset.")
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="One setting, e.g. train.epochs=100; may be repeated."),
]
SeedOption = Annotated[
    int | None, typer.Option("--seed", min=0, help="Seed of weights, augmentation and folds.")
]
WeightsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--weights",
        metavar="FILE",
        help="Where VGG's features begin: imagenet (default), a .pth or .safetensors file, or none for "
        "random ones; given twice, for each VGG in turn.",
    ),
]
GroupingOption = Annotated[
    str | None,
    typer.Option(
        "--classes", help="Stages to classes: 3 (F0-1|F2-3|F4), 4, 5, 2 or a form like F0-F1/F2-F3/F4."
    ),
]
