import dataclasses

import pytest
import torch

from livernet.core.config import AugmentConfig, Config
from livernet.core.data.loader import Normalisation, Tensors
from livernet.core.train.batches import Batch, draw_batches

CPU = torch.device("cpu")
STILL = AugmentConfig(shift=0, rotate=0, scale=0)


def draw(tensors: Tensors, config: Config, rows: range, *, full: bool = False) -> list[Batch]:
    generator = torch.Generator().manual_seed(3)
    return list(draw_batches(tensors, rows, config, Normalisation(0.0, 1.0), CPU, generator, full=full))


def test_every_row_comes_once_with_its_own_labels(tiny: Config, discs: Tensors) -> None:
    batches = draw(discs, dataclasses.replace(tiny, augment=STILL), range(1, 11))
    assert [len(batch.image_B1HW) for batch in batches] == [batch.images for batch in batches] == [4, 4, 2]
    images = torch.cat([batch.image_B1HW for batch in batches])
    found = [int((discs.images_N1HW / 255 - image).abs().sum((1, 2, 3)).argmin()) for image in images]
    assert sorted(found) == list(range(1, 11))
    assert found != sorted(found)
    assert torch.cat([batch.targets.class_B for batch in batches]).tolist() == [n % 3 for n in found]
    masks = torch.cat([batch.targets.mask_B1HW for batch in batches])
    assert torch.equal(masks, discs.masks_N1HW[found].float())


def test_a_full_epoch_differs_by_rows_without_labels_alone(tiny: Config, discs: Tensors) -> None:
    short, full = draw(discs, tiny, range(10)), draw(discs, tiny, range(10), full=True)
    assert [len(batch.image_B1HW) for batch in full] == [4, 4, 4]
    assert [batch.images for batch in full] == [4, 4, 2]
    for one, other in zip(short, full, strict=True):
        assert torch.equal(one.image_B1HW, other.image_B1HW[: one.images])
        assert torch.equal(one.targets.class_B, other.targets.class_B[: one.images])
    assert full[-1].targets.has_mask_B.tolist() == [True, True, False, False]
    assert full[-1].targets.class_B[2:].tolist() == [-1, -1]


def test_fewer_rows_than_a_batch_fill_it(tiny: Config, discs: Tensors) -> None:
    (batch,) = draw(discs, tiny, range(1), full=True)
    assert (len(batch.image_B1HW), batch.images) == (4, 1)


def test_all_randomness_is_drawn_before_the_first_batch(tiny: Config, discs: Tensors) -> None:
    generator = torch.Generator().manual_seed(3)
    batches = draw_batches(discs, range(12), tiny, Normalisation(0.0, 1.0), CPU, generator)
    next(batches)
    state = generator.get_state()
    list(batches)
    assert torch.equal(generator.get_state(), state)


def test_the_cohorts_labels_stay_as_they_are(tiny: Config, discs: Tensors) -> None:
    draw(discs, tiny, range(10), full=True)
    assert discs.has_mask_N.all()
    assert discs.class_N.min() == 0


@pytest.mark.parametrize("norm", [Normalisation(0.2, 0.5)])
def test_images_are_standardised_and_channels_last(tiny: Config, discs: Tensors, norm: Normalisation) -> None:
    config = dataclasses.replace(tiny, augment=STILL)
    plain = draw(discs, config, range(4))[0].image_B1HW
    generator = torch.Generator().manual_seed(3)
    (batch,) = draw_batches(discs, range(4), config, norm, CPU, generator)
    assert torch.allclose(batch.image_B1HW, (plain - 0.2) / 0.5)
    assert batch.image_B1HW.is_contiguous(memory_format=torch.channels_last)
