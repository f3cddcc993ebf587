"""The same network in a LightningModule; a Trainer with its defaults but for logs, bars and checkpoints."""

from typing import Any

import lightning
import torch
from torch import Tensor
from torch.utils.data import DataLoader

from tests.benchmarks.peers.augmented import make_loader
from tests.benchmarks.peers.line import Line
from tests.benchmarks.peers.network import PlainNet, loss_of
from tests.benchmarks.peers.on_torch import Batch, facts_of, fixed_batch, open_line


class Module(lightning.LightningModule):
    def __init__(self, network: PlainNet) -> None:
        super().__init__()
        self.network = network

    def training_step(self, batch: Batch, _: int) -> Tensor:
        image, mask, class_B = batch
        return loss_of(self.network(image), mask, class_B)

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.Adadelta(self.parameters(), lr=1.0, rho=0.95, eps=1e-7)


class Rounds(lightning.Callback):
    """An epoch is a piece of work."""

    def __init__(self, line: Line) -> None:
        self.line = line

    def on_train_epoch_end(self, *_: Any) -> None:
        self.line.done()


def main() -> None:
    line = open_line()
    settings = line.settings
    network = PlainNet(settings.width, settings.norm)
    trainer = lightning.Trainer(
        accelerator="gpu" if settings.device.startswith("cuda") else "cpu",
        devices=1,
        max_epochs=-1,
        callbacks=[Rounds(line)],
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    step = settings.task == "step"
    batches = DataLoader([fixed_batch(settings)], batch_size=None) if step else make_loader(settings)
    line.ready(
        **facts_of(network) | {"versions": {"lightning": lightning.__version__, "torch": torch.__version__}}
    )
    line.wait()
    trainer.fit(Module(network), batches)


if __name__ == "__main__":
    main()
