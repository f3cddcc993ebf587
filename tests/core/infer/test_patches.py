import dataclasses
from typing import get_args

import numpy as np
import pytest
import torch

from livernet.core.config import Config, ModelConfig, StageLoss, TrainConfig, VggConfig
from livernet.core.data.patches import Windows
from livernet.core.device import choose_device
from livernet.core.infer.forward import Learnt, Network
from livernet.core.infer.patches import infer_patches, predicted_windows, resize_liver
from livernet.core.model.registry import build_head
from livernet.core.model.vgg import Vgg, VggFeatures
from livernet.core.train.patches import AS_THEY_ARE

CPU = choose_device("cpu")
CONFIG = Config(
    model=ModelConfig(name="vgg16"),
    train=TrainConfig(size=64, precision="fp32"),
    vgg=VggConfig(patch=32, patches=4, head_width=8),
)


def network(config: Config = CONFIG) -> Network:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        features = VggFeatures("vgg16")
        features.initialise()
        model = Vgg(features, build_head(config)).eval()
    return Network(model=model, config=config, normalisation=AS_THEY_ARE, learnt=Learnt(True, False))


def pictures(count: int = 2) -> torch.Tensor:
    generator = torch.Generator().manual_seed(3)
    return torch.randint(1, 255, (count, 1, 64, 64), generator=generator).to(torch.uint8)


@pytest.mark.parametrize("form", get_args(StageLoss))
def test_an_image_is_the_mean_of_its_patches(form: StageLoss) -> None:
    loss = dataclasses.replace(CONFIG.loss, stage=form)
    net = network(dataclasses.replace(CONFIG, loss=loss))
    corners = torch.tensor([[0, 0], [0, 32], [32, 0], [16, 16]])
    windows = [Windows(corner_P2=corners, side=32, found="sector", centred=False)] * 2
    said = infer_patches(net, pictures(), windows, CPU)
    with torch.inference_mode():
        patches = [pictures()[0, :, row : row + 32, left : left + 32] for row, left in corners.tolist()]
        logits = net.model(torch.stack(patches).float() / 255).class_logits_BK
    each = logits.sigmoid() if form == "equation7-sigmoid" else logits.softmax(1)
    expected = (each / each.sum(1, keepdim=True)).mean(0)
    assert said.inferred.probability_NK[0] == pytest.approx(expected.numpy(), abs=1e-5)
    assert said.class_NP[0].tolist() == logits.argmax(1).tolist()
    assert said.inferred.liver_NHW.shape == (2, 64, 64)
    assert not said.inferred.liver_NHW.any()


def test_patches_lie_in_the_predicted_liver_and_stay_there() -> None:
    liver = np.zeros((128, 128), dtype=np.bool_)
    liver[:, 40:] = True
    image = pictures(1)[0]
    first, again = (predicted_windows(image, liver, CONFIG, "ab" * 32) for _ in range(2))
    assert first.found == "mask"
    assert torch.equal(first.corner_P2, again.corner_P2)
    assert first.corner_P2[:, 1].min() >= 20
    nowhere = predicted_windows(image, np.zeros((128, 128), dtype=np.bool_), CONFIG, "ab" * 32)
    assert nowhere.found == predicted_windows(image, None, CONFIG, "ab" * 32).found == "sector"


def test_a_mask_at_another_size_is_what_is_half_liver() -> None:
    liver = np.zeros((64, 64), dtype=np.bool_)
    liver[:, 32:] = True
    assert (resize_liver(liver, 32)[:, 16:]).all()
    assert not resize_liver(liver, 32)[:, :15].any()
    assert (resize_liver(liver, 64) == liver).all()
