import torch

from livernet.core.train.seeds import derive_seed, seed_everything


def test_seeds_differ_in_every_place_and_repeat() -> None:
    seeds = {derive_seed(s, f, e) for s in range(3) for f in range(3) for e in range(3)}
    assert len(seeds) == 27
    assert derive_seed(1, 2, 3) == derive_seed(1, 2, 3)


def test_seed_everything() -> None:
    with torch.random.fork_rng():
        first = torch.rand(2, generator=seed_everything(0, 1, 2)), torch.rand(2)
        again = torch.rand(2, generator=seed_everything(0, 1, 2)), torch.rand(2)
    assert torch.equal(first[0], again[0])
    assert torch.equal(first[1], again[1])
