import dataclasses
from typing import get_args

import pytest
import torch

from livernet.core.config import (
    AugmentConfig,
    Config,
    LossConfig,
    ModelConfig,
    StageLoss,
    TrainConfig,
    VggConfig,
)
from livernet.core.data.loader import Tensors
from livernet.core.device import Device
from livernet.core.errors import DataError
from livernet.core.model.vgg import FEATURES, Vgg, VggFeatures, VggHead
from livernet.core.train.loop import train_model
from livernet.core.train.patches import frozen_lesson, tuned_lesson

CPU = torch.device("cpu")


def config(features: str = "frozen", **train: object) -> Config:
    settings = {"size": 32, "epochs": 60, "batch": 4, "precision": "fp32"} | train
    return Config(
        model=ModelConfig(name="vgg16"),
        augment=AugmentConfig(shift=0.05),
        train=TrainConfig(**settings),  # type: ignore[arg-type]
        vgg=VggConfig(patch=32, patches=3, head_width=16, dropout=0.1, features=features),  # type: ignore[arg-type]
    )


def features_of(discs: Tensors) -> torch.Tensor:
    """Three patches an image, many of whose features tell the class."""
    generator = torch.Generator().manual_seed(1)
    noise = torch.randn(len(discs), 3, FEATURES, generator=generator)
    told = torch.nn.functional.one_hot(discs.class_N, 3).repeat(1, 60).unsqueeze(1)
    noise[:, :, :180] += 3 * told
    return noise


@pytest.mark.parametrize("form", get_args(StageLoss))
def test_a_head_learns_from_frozen_features(discs: Tensors, cpu: Device, form: StageLoss) -> None:
    settings = dataclasses.replace(config(), loss=LossConfig(stage=form))
    lesson = frozen_lesson(features_of(discs), discs, range(9), settings, CPU)
    trained = train_model(discs, range(9), settings, cpu, lesson=lesson)
    assert isinstance(trained.model, VggHead)
    accuracy = trained.history[-1].accuracy
    assert accuracy is not None
    assert accuracy > 0.85
    unseen = trained.model(features_of(discs)[9:]).class_logits_BK.argmax(2)
    assert (unseen == discs.class_N[9:, None]).all()


def test_a_batch_is_some_pictures_with_all_their_patches(discs: Tensors) -> None:
    features = torch.arange(12.0).view(12, 1, 1).expand(12, 3, FEATURES)
    lesson = frozen_lesson(features, discs, (2, 5, 7, 8, 11), config(), CPU)
    inputs, targets, counts = zip(*lesson.batches(torch.Generator().manual_seed(0), False), strict=True)
    assert (counts, lesson.inputs) == ((12, 3), 15)
    assert [len(one) for one in inputs] == [12, 3]
    rows = torch.cat(inputs)[:, 0].long()
    assert sorted(rows.tolist()) == sorted([2, 5, 7, 8, 11] * 3)
    assert torch.equal(torch.cat([one.class_B for one in targets]), discs.class_N[rows])
    assert not any(one.has_mask_B.any() for one in targets)


def test_rows_without_a_stage_teach_nothing(discs: Tensors, cpu: Device) -> None:
    some = dataclasses.replace(discs, class_N=torch.where(torch.arange(12) < 4, discs.class_N, -1))
    lesson = frozen_lesson(features_of(discs), some, range(12), config(), CPU)
    assert sum(len(one) for one, *_ in lesson.batches(torch.Generator(), False)) == 4 * 3
    with pytest.raises(DataError, match="none of the 4 training images has a stage, which vgg16 learns from"):
        frozen_lesson(features_of(discs), some, (8, 9, 10, 11), config(), CPU)


def test_tuned_features_see_new_patches_every_epoch_and_change(discs: Tensors, cpu: Device) -> None:
    settings = config("tuned", epochs=1)
    weights = VggFeatures("vgg16").state_dict()
    lesson = tuned_lesson(weights, discs, range(3), settings, CPU)

    def shown(seed: int) -> torch.Tensor:
        return torch.cat([one for one, *_ in lesson.batches(torch.Generator().manual_seed(seed), False)])

    assert shown(0).shape == (9, 1, 32, 32)
    assert torch.equal(shown(0), shown(0))
    assert not torch.equal(shown(0), shown(1))
    trained = train_model(discs, range(3), settings, cpu, lesson=lesson)
    assert isinstance(trained.model, Vgg)
    changed = trained.model.features.state_dict()
    assert any(not torch.equal(changed[key], weights[key]) for key in weights)
