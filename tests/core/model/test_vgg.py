import pytest
import torch
from torchvision.models import vgg16, vgg19

from livernet.core.config import VggConfig
from livernet.core.model.vgg import FEATURES, Vgg, VggFeatures, VggHead


@pytest.mark.parametrize(("name", "theirs"), [("vgg16", vgg16), ("vgg19", vgg19)])
def test_features_are_torchvisions_own(name: str, theirs: object) -> None:
    model = VggFeatures(name)
    with torch.device("meta"):
        expected = theirs(weights=None, init_weights=False).features.state_dict()  # type: ignore[operator]
    shapes = {key.removeprefix("layers."): value.shape for key, value in model.state_dict().items()}
    assert shapes == {key: value.shape for key, value in expected.items()}


def test_a_grey_picture_is_standardised_as_imagenets_and_pooled() -> None:
    torch.manual_seed(0)
    model = VggFeatures("vgg16").eval()
    model.initialise()
    grey = torch.rand(2, 1, 40, 33)
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    colour = (grey.expand(-1, 3, -1, -1) - mean.view(1, 3, 1, 1)) / std.view(1, 3, 1, 1)
    with torch.inference_mode():
        assert torch.allclose(model(grey), model.layers(colour).mean((2, 3)), atol=1e-5)


def test_random_weights_keep_the_signal_through_all_layers() -> None:
    torch.manual_seed(0)
    model = VggFeatures("vgg19")
    model.initialise()
    with torch.inference_mode():
        features = model(torch.rand(2, 1, 32, 32))
    assert features.shape == (2, FEATURES)
    assert 1e-2 < features.std() < 1e2


def test_the_head_standardises_with_what_it_learnt_from_and_outlines_nothing() -> None:
    head = VggHead(4, VggConfig(head_width=8)).eval()
    features = torch.randn(50, FEATURES) * 3 + 7
    features[:, 0] = 2.0  # a feature that never varies must not blow up others
    head.fit_scale(features)
    scaled = (features - head.mean_F) / head.std_F
    assert torch.allclose(scaled[:, 1:].std(0, correction=0), torch.ones(FEATURES - 1), atol=1e-4)
    assert scaled[:, 0].abs().max() < 1e-4
    assert head.std_F.min() > 0.1
    output = head(features)
    assert output.class_logits_BK.shape == (50, 4)
    assert output.mask_logits == ()


def test_an_ordered_head_gives_log_probabilities_of_patches_and_pictures() -> None:
    head = VggHead(4, VggConfig(head_width=8), ordered=True).eval()
    said = head(torch.randn(5, 3, FEATURES)).class_logits_BK
    assert said.shape == (5, 3, 4)
    assert torch.allclose(said.exp().sum(-1), torch.ones(5, 3), atol=1e-6)


def test_the_whole_network_is_features_and_head() -> None:
    model = Vgg(VggFeatures("vgg16"), VggHead(3, VggConfig(head_width=4))).eval()
    picture = torch.rand(1, 1, 32, 32)
    with torch.inference_mode():
        assert torch.equal(
            model(picture).class_logits_BK, model.head(model.features(picture)).class_logits_BK
        )
