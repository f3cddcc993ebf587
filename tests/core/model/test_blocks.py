import pytest
import torch

from livernet.core.config import ModelConfig
from livernet.core.model.blocks import ClassHead, MaxoutDropout, StageBlock


def plain_maxout(x: torch.Tensor, pieces: int) -> torch.Tensor:
    return x.unflatten(1, (pieces, -1)).amax(1)


@pytest.mark.parametrize("pieces", [2, 3, 4])
def test_maxout_is_the_maximum_over_pieces(pieces: int) -> None:
    x = torch.randn(2, 3 * pieces, 5, 4)
    assert torch.equal(MaxoutDropout(pieces, 0.0)(x), plain_maxout(x, pieces))


def test_maxout_by_hand() -> None:
    x = torch.tensor([[1.0, -2.0, 0.5, 3.0]])  # two channels of two pieces: (1, .5) and (-2, 3)
    assert MaxoutDropout(2, 0.0)(x).tolist() == [[1.0, 3.0]]


@pytest.mark.parametrize("pieces", [2, 3])
def test_maxout_backward_is_proved_in_double_precision(pieces: int) -> None:
    x = torch.randn(2, 2 * pieces, 3, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(MaxoutDropout(pieces, 0.0), (x,))


@pytest.mark.parametrize("pieces", [2, 3])
def test_dropout_backward_follows_its_forward(pieces: int) -> None:
    layer = MaxoutDropout(pieces, 0.25).train()
    x = torch.randn(2, 4 * pieces, 8, 8, dtype=torch.float64)
    x = x.contiguous(memory_format=torch.channels_last).requires_grad_()
    out = layer(x)
    out.sum().backward()
    assert x.grad is not None
    winner = (x == plain_maxout(x, pieces).repeat(1, pieces, 1, 1)).double()
    kept = (out != 0).double().repeat(1, pieces, 1, 1)
    assert torch.allclose(x.grad, winner * kept / 0.75)


def test_dropout_rate_and_expectation() -> None:
    torch.manual_seed(0)
    out = MaxoutDropout(2, 0.25).train()(torch.ones(4, 32, 32, 32))
    assert (out == 0).float().mean().item() == pytest.approx(0.25, abs=0.01)
    assert out.mean().item() == pytest.approx(1.0, abs=0.02)


def test_dropout_is_off_in_evaluation_and_seeded_in_training() -> None:
    layer, x = MaxoutDropout(2, 0.5), torch.randn(1, 4, 8, 8)
    assert torch.equal(layer.eval()(x), plain_maxout(x, 2))
    torch.manual_seed(3)
    first = layer.train()(x)
    torch.manual_seed(3)
    assert torch.equal(layer(x), first)
    assert not torch.equal(layer(x), first)


def test_stage_block_shapes() -> None:
    block = StageBlock(3, 8, ModelConfig())
    assert block(torch.randn(2, 3, 16, 12)).shape == (2, 8, 16, 12)


def head_of(pool: str) -> ClassHead:
    torch.manual_seed(0)
    return ClassHead(4, 3, ModelConfig(pool=pool)).eval()  # type: ignore[arg-type]


def test_class_head_tells_textures_of_one_mean_apart() -> None:
    flat, rough = torch.zeros(1, 4, 4, 4), torch.zeros(1, 4, 4, 4)
    rough[..., ::2] = 1.0
    rough[..., 1::2] = -1.0
    head, logits = head_of("image"), torch.zeros(1, 1, 8, 8)
    assert head(flat, logits).shape == (1, 3)
    assert not torch.allclose(head(flat, logits), head(rough, logits))


def test_class_head_looks_where_the_liver_is() -> None:
    features = torch.randn(1, 4, 4, 4)
    changed = features.clone()
    changed[..., 2:] += 5.0  # outside the liver, which is on the left
    logits = torch.full((1, 1, 8, 8), -30.0)
    logits[..., :4] = 30.0
    liver, image = head_of("liver"), head_of("image")
    near = (liver(features, logits) - liver(changed, logits)).abs().max()
    far = (image(features, logits) - image(changed, logits)).abs().max()
    assert near < 0.1 * far


def test_no_liver_at_all_is_everywhere_and_no_gradient_reaches_the_mask() -> None:
    features, logits = torch.randn(2, 4, 4, 4), torch.full((2, 1, 8, 8), -60.0, requires_grad=True)
    out = head_of("liver")(features, logits)
    assert torch.allclose(out, head_of("image")(features, logits), atol=1e-5)
    assert not out.requires_grad or torch.autograd.grad(out.sum(), logits, allow_unused=True) == (None,)
