"""The cumulative link layer against its definition, and at the ends of the number range."""

import pytest
import torch
from torch import nn

from livernet.core.model.ordinal import CumulativeLink, class_layer

CLASSES = (2, 3, 4, 5)


def layer_of(classes: int, features: int = 6) -> CumulativeLink:
    """With thresholds at uneven gaps."""
    torch.manual_seed(classes)
    layer = CumulativeLink(features, classes)
    with torch.no_grad():
        layer.first_then_gaps_J.add_(0.03 * torch.randn(classes - 1))
    return layer


@pytest.mark.parametrize("classes", CLASSES)
def test_fresh_classes_are_equally_probable_at_a_score_of_0(classes: int) -> None:
    said = CumulativeLink(6, classes)(torch.zeros(2, 6))
    assert said.shape == (2, classes)
    assert torch.allclose(said.exp(), torch.full((2, classes), 1 / classes))


@pytest.mark.parametrize("classes", CLASSES)
def test_probabilities_are_differences_of_cumulative_ones(classes: int) -> None:
    layer, features = layer_of(classes), 3 * torch.randn(20, 6)
    above = torch.sigmoid((features @ layer.weight_F)[:, None] - layer.thresholds()).double()
    ends = torch.ones(20, 1, dtype=torch.float64)
    expected = torch.cat([ends, above], 1) - torch.cat([above, 0 * ends], 1)
    said = layer(features)
    assert torch.allclose(said.exp().double(), expected, atol=1e-6)
    assert torch.allclose(said.softmax(1), said.exp(), atol=1e-6)  # what everything downstream makes of them


@pytest.mark.parametrize("classes", CLASSES)
def test_more_of_the_score_is_never_a_milder_class(classes: int) -> None:
    layer = layer_of(classes, features=1)
    probability = layer(torch.linspace(-30, 30, 101)[:, None] / layer.weight_F.detach()).exp()
    above = 1 - probability.cumsum(1)[:, :-1]
    assert (above.diff(dim=1) <= 1e-6).all()  # P(class > k) never rises with k: Cao et al., theorem 1
    assert (above.diff(dim=0) >= -1e-6).all()
    assert (layer.thresholds().diff() > 0).all()
    assert probability.argmax(1).diff().ge(0).all()


def test_thresholds_keep_their_order_whatever_the_optimiser_does() -> None:
    layer = CumulativeLink(4, 5)
    optimiser = torch.optim.SGD(layer.parameters(), lr=5.0)
    for step in range(50):
        optimiser.zero_grad()
        target = torch.randint(0, 5, (8,), generator=torch.Generator().manual_seed(step))
        nn.functional.cross_entropy(layer(torch.randn(8, 4)), target).backward()
        optimiser.step()
        assert (layer.thresholds().diff() >= 0).all()


@pytest.mark.parametrize("classes", CLASSES)
@pytest.mark.parametrize("score", [-1e30, -1e4, -90.0, 0.0, 90.0, 1e4, 1e30])
@pytest.mark.parametrize("gap", [-200.0, 0.0, 200.0])
def test_extreme_scores_and_gaps_stay_finite(classes: int, score: float, gap: float) -> None:
    layer = CumulativeLink(1, classes)
    with torch.no_grad():
        layer.weight_F.fill_(1.0)
        layer.first_then_gaps_J[1:] = gap
    for label in range(classes):
        feature = torch.tensor([[score]], requires_grad=True)
        loss = nn.functional.cross_entropy(layer(feature), torch.tensor([label]))
        gradients = torch.autograd.grad(loss, [feature, layer.weight_F, layer.first_then_gaps_J])
        assert torch.isfinite(loss)
        assert all(torch.isfinite(gradient).all() for gradient in gradients)
        assert gradients[0].abs() <= 2


def test_gradients_are_proved_in_double_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.Tensor, "float", torch.Tensor.double)
    layer = layer_of(4).double()
    features = torch.randn(3, 6, dtype=torch.float64, requires_grad=True)

    def said(weight: torch.Tensor, raw: torch.Tensor, given: torch.Tensor) -> torch.Tensor:
        return torch.func.functional_call(layer, {"weight_F": weight, "first_then_gaps_J": raw}, given)

    assert torch.autograd.gradcheck(said, (layer.weight_F, layer.first_then_gaps_J, features))


def test_logits_are_float32_under_autocast() -> None:
    layer, features = layer_of(3), torch.randn(4, 6).bfloat16()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        said = layer(features)
    assert said.dtype == torch.float32
    assert torch.equal(said, layer(features.float()))


def test_the_class_layer_knows_the_order_or_does_not() -> None:
    assert type(class_layer(4, 3, ordered=False)) is nn.Linear
    assert type(class_layer(4, 3, ordered=True)) is CumulativeLink
