"""Randomness derived from (seed, fold, epoch), so that where a run starts again does not matter."""

import numpy as np
import torch


def derive_seed(seed: int, fold: int, epoch: int) -> int:
    """A 63-bit seed for one epoch of one fold; epoch 0 is the initial weights."""
    state = np.random.SeedSequence([seed, fold, epoch]).generate_state(1, np.uint64)
    return int(state[0] >> np.uint64(1))


def seed_everything(seed: int, fold: int, epoch: int) -> torch.Generator:
    """Seed torch's own streams (dropout); return a CPU generator (order, augmentation) for one epoch."""
    value = derive_seed(seed, fold, epoch)
    torch.manual_seed(value)
    return torch.Generator().manual_seed(value)
