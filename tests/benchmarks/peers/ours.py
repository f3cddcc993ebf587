"""livernet itself, as its commands train and predict; bf16 where the settings say tuned."""

import dataclasses

import numpy as np
import torch
from torch import Tensor

from livernet import __version__
from livernet.core.config import Config, ModelConfig, TrainConfig
from livernet.core.data.loader import Normalisation, Tensors
from livernet.core.device import choose_device
from livernet.core.infer.forward import Network, infer
from livernet.core.model.registry import build_model
from livernet.core.train.loop import train_model
from tests.benchmarks.peers.line import Line, Settings
from tests.benchmarks.peers.network import PlainNet, loss_of
from tests.benchmarks.peers.on_torch import facts_of, gflop, open_line
from tests.benchmarks.peers.pictures import fixed_picture, sample
from tests.benchmarks.peers.sizes import CLASSES, MEAN, STD

_FOR_EVER = 10**6


def config_of(settings: Settings) -> Config:
    """The paper's settings at the size asked for."""
    precision = "bf16" if settings.tuned else "fp32"
    return Config(
        model=ModelConfig(width=settings.width, norm=settings.norm),  # type: ignore[arg-type]
        train=TrainConfig(
            size=settings.size,
            batch=settings.batch,
            precision=precision,
            epochs=_FOR_EVER,  # type: ignore[arg-type]
        ),
    )


def serve_answers(line: Line) -> None:
    """From pictures to probabilities, as ``predict`` has them."""
    config, device = config_of(line.settings), choose_device(line.settings.device)
    model = build_model(config)
    model.load_state_dict(torch.load(line.settings.file, weights_only=True))
    network = Network(
        model=model.to(device.torch).to(memory_format=torch.channels_last).eval(),
        config=config,
        normalisation=Normalisation(MEAN, STD),
    )
    picture = fixed_picture(line.settings)
    found = infer(network, picture, device)
    compared = sample(torch.from_numpy(found.probability_NK), torch.from_numpy(found.liver_NHW))
    line.ready(**facts(line.settings), sample=compared)
    line.serve(lambda: infer(network, picture, device))


def serve_epochs(line: Line) -> None:
    """The training loop itself, which says when an epoch is done; a step is an epoch of one batch."""
    settings = line.settings
    config, device = config_of(settings), choose_device(settings.device)
    tensors = one_batch(settings) if settings.task == "step" else the_cohort(settings)
    line.ready(**facts(settings))
    line.wait()
    train_model(tensors, range(len(tensors)), config, device, on_epoch=line.done)


def one_batch(settings: Settings) -> Tensors:
    picture = fixed_picture(settings)
    return tensors_of(picture, (picture >= 128).byte(), torch.arange(len(picture)) % CLASSES, settings.device)


def the_cohort(settings: Settings) -> Tensors:
    images, masks, classes = (torch.from_numpy(array) for array in np.load(settings.file).values())
    return tensors_of(images.unsqueeze(1), masks.unsqueeze(1), classes, settings.device)


def tensors_of(images_N1HW: Tensor, masks_N1HW: Tensor, class_N: Tensor, device: str) -> Tensors:
    count = len(images_N1HW)
    return Tensors(
        images_N1HW=images_N1HW.to(device),
        masks_N1HW=masks_N1HW.to(device),
        has_mask_N=torch.ones(count, dtype=torch.bool, device=device),
        class_N=class_N.to(device),
        thumbnails_NHW=np.zeros((count, 1, 1), np.uint8),
        hashes=("",) * count,
    )


def facts(settings: Settings) -> dict[str, object]:
    """Its size and versions; FLOPs are those of the plain form, which every rewriting is measured by."""
    plain = PlainNet(settings.width, settings.norm)
    counted = gflop(plain, loss_of, dataclasses.replace(settings, batch=1))
    return {**facts_of(plain), **counted, "versions": {"livernet": __version__, "torch": torch.__version__}}


def main() -> None:
    line = open_line()
    (serve_answers if line.settings.task == "infer" else serve_epochs)(line)


if __name__ == "__main__":
    main()
