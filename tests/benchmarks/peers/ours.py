"""livernet itself, as its commands train and predict; bf16 where the settings say tuned."""

import dataclasses

import numpy as np
import torch

from livernet import __version__
from livernet.core.config import Config, ModelConfig, TrainConfig
from livernet.core.data.loader import Normalisation, Tensors
from livernet.core.device import autocast, choose_device
from livernet.core.infer.forward import Network, infer
from livernet.core.model.registry import build_model
from livernet.core.train.loop import train_model
from livernet.core.train.losses import Targets, multi_task_loss
from tests.benchmarks.peers.line import Line, Settings
from tests.benchmarks.peers.network import PlainNet, loss_of
from tests.benchmarks.peers.on_torch import facts_of, fixed_batch, gflop, open_line
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


def serve_steps(line: Line) -> None:
    """Steps of the training loop on one batch."""
    config, device = config_of(line.settings), choose_device(line.settings.device)
    image, mask, class_B = fixed_batch(line.settings)
    image = image.contiguous(memory_format=torch.channels_last)
    targets = Targets(mask, torch.ones_like(class_B, dtype=torch.bool), class_B)
    model = build_model(config.model, CLASSES).to(device.torch).to(memory_format=torch.channels_last).train()
    optimiser = torch.optim.Adadelta(
        model.parameters(), lr=config.train.lr, rho=config.train.rho, eps=config.train.eps
    )

    def step() -> None:
        with autocast(device, config.train.precision):
            output = model(image)
        terms = multi_task_loss(output, targets, config.loss)
        optimiser.zero_grad(set_to_none=True)
        terms.total.backward()  # type: ignore[no-untyped-call]
        optimiser.step()

    line.ready(**facts(line.settings))
    line.serve(step)


def serve_answers(line: Line) -> None:
    """From pictures to probabilities, as ``predict`` has them."""
    config, device = config_of(line.settings), choose_device(line.settings.device)
    model = build_model(config.model, CLASSES)
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
    """The training loop itself, which answers after every epoch."""
    config, device = config_of(line.settings), choose_device(line.settings.device)
    cohort = {name: torch.from_numpy(array) for name, array in np.load(line.settings.file).items()}
    count = len(cohort["images"])
    tensors = Tensors(
        images_N1HW=cohort["images"].unsqueeze(1).to(device.torch),
        masks_N1HW=cohort["masks"].unsqueeze(1).to(device.torch),
        has_mask_N=torch.ones(count, dtype=torch.bool, device=device.torch),
        class_N=cohort["classes"].to(device.torch),
        thumbnails_NHW=np.zeros((count, 1, 1), np.uint8),
        hashes=("",) * count,
    )
    line.ready(**facts(line.settings))
    line.next_round()
    train_model(tensors, range(count), config, device, on_epoch=line.next_round)


def facts(settings: Settings) -> dict[str, object]:
    """Its size and versions; FLOPs are those of the plain form, which every rewriting is measured by."""
    plain = PlainNet(settings.width, settings.norm)
    counted = gflop(plain, loss_of, dataclasses.replace(settings, batch=1))
    return {**facts_of(plain), **counted, "versions": {"livernet": __version__, "torch": torch.__version__}}


def main() -> None:
    line = open_line()
    {"step": serve_steps, "infer": serve_answers, "epoch": serve_epochs}[line.settings.task](line)


if __name__ == "__main__":
    main()
