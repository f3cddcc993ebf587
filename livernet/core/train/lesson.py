"""What a network learns from: fresh weights, and the batches of an epoch."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import torch
from torch import nn

from livernet.core.data.loader import Normalisation
from livernet.core.train.batches import Batch


class Lesson(NamedTuple):
    """A network and what it is shown."""

    normalisation: Normalisation
    """Of the pictures that it will be asked about."""
    inputs: int
    """How many pictures, or patches, an epoch shows."""
    network: Callable[[], nn.Module]
    """Makes it, with fresh weights from torch's own stream."""
    batches: Callable[[torch.Generator, bool], Iterator[Batch]]
    """Those of an epoch, in a new order; where asked, the last is filled to the size of the others."""
