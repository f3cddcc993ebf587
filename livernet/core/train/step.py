"""The gradients of a batch: in one part, or in several that add up to the same.

Shape suffixes: B batch, H rows, W columns.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from livernet.core.config import Config
from livernet.core.device import Device, autocast
from livernet.core.model.livernet import Output
from livernet.core.train.batches import Batch
from livernet.core.train.compiler import compile_network, pays_back
from livernet.core.train.losses import Targets, count_labels, multi_task_loss
from livernet.core.train.micro import fitting_micro, halved, is_out_of_memory
from livernet.core.train.tally import tally


class Gradients:
    """Computes gradients in a way that fits the machine, and gives way where it does not."""

    def __init__(self, model: nn.Module, config: Config, device: Device, images: int) -> None:
        """For ``model``, to be trained on ``images`` images."""
        weights = sum(value.numel() * value.element_size() for value in model.parameters())
        self.micro = fitting_micro(weights, config, device)
        self.compiled = pays_back(config, images, device)
        self._model, self._config, self._device = model, config, device
        self._run: Callable[[Tensor], Output] | None = None
        self._ran = False
        self._notices: list[str] = []
        most = config.inputs_per_step
        if self.micro < min(config.train.micro or most, most):
            self._notices.append(f"{device.name} has memory for {_images(self.micro)} of a batch at once")

    @property
    def static(self) -> bool:
        """Whether batches should all have the same shape; batch norm would count what fills them."""
        return self.compiled and self._config.model.norm != "batch"

    def take_notices(self) -> str:
        """What had to give way since this was last asked, one line."""
        notices, self._notices = self._notices, []
        return "; ".join(notices)

    def compute(self, batch: Batch) -> Tensor:
        """Put the gradients of the batch's loss into the network; the tally of the batch.

        Where memory runs out, or the compiler fails, it is done again from the same random state, in
        smaller parts or without the compiler.
        """
        random = _random_state(self._device)
        while True:
            try:
                return self._accumulate(batch)
            except (RuntimeError, MemoryError) as error:
                self._give_way(error)
            self._start_again(random)

    def _accumulate(self, batch: Batch) -> Tensor:
        if self._run is None:
            whole = self.micro >= self._config.inputs_per_step
            self._run = compile_network(self._model, whole=whole) if self.compiled else self._model
        self._model.zero_grad(set_to_none=True)
        labelled = count_labels(batch.targets)
        sums: list[Tensor] = []
        for start in range(0, len(batch.image_B1HW), self.micro):
            part = slice(start, start + self.micro)
            with autocast(self._device, self._config.train.precision):
                output = self._run(batch.image_B1HW[part])
            targets = Targets(*(tensor[part] for tensor in batch.targets))
            terms = multi_task_loss(output, targets, self._config.loss, labelled)
            terms.total.backward()  # type: ignore[no-untyped-call]
            sums.append(tally(output, targets, terms, labelled, batch.images))
        self._ran = True
        return torch.stack(sums).sum(0)

    def _give_way(self, error: RuntimeError | MemoryError) -> None:
        if is_out_of_memory(error):
            if self.micro == 1:
                raise error
            self.micro = halved(self.micro)
            said = f"out of memory: from here on {_images(self.micro)} of a batch at once"
        elif self.compiled and not self._ran:
            self.compiled = False
            said = f"torch.compile does not work here ({type(error).__name__}): training goes on without it"
        else:
            raise error
        self._notices.append(said)

    def _start_again(self, random: list[Tensor]) -> None:
        self._run, self._ran = None, False
        self._model.zero_grad(set_to_none=True)
        torch.set_rng_state(random[0])
        if self._device.is_gpu:
            torch.cuda.set_rng_state(random[1], self._device.torch)
            torch.cuda.empty_cache()


def _random_state(device: Device) -> list[Tensor]:
    return [torch.get_rng_state(), *([torch.cuda.get_rng_state(device.torch)] if device.is_gpu else [])]


def _images(count: int) -> str:
    return f"{count} image{'s' * (count > 1)}"
