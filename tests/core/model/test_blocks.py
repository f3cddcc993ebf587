import pytest
import torch
from torch.nn import functional as F

from livernet.core.config import ModelConfig
from livernet.core.model.blocks import ClassHead, ContractBlock, ExpandBlock, MaxoutDropout, MergeConv


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


@pytest.mark.parametrize("training", [False, True])
def test_without_gradients_the_output_is_the_same(training: bool) -> None:
    layer, x = MaxoutDropout(2, 0.5).train(training), torch.randn(1, 4, 8, 8)
    torch.manual_seed(3)
    kept = layer(x)
    torch.manual_seed(3)
    with torch.no_grad():
        assert torch.equal(layer(x), kept)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_maxout_dropout_equals_the_plain_form_in_every_format(dtype: torch.dtype) -> None:
    x = torch.randn(2, 8, 16, 12).to(dtype).contiguous(memory_format=torch.channels_last).requires_grad_()
    plain = x.detach().clone().requires_grad_()
    torch.manual_seed(5)
    out = MaxoutDropout(2, 0.25).train()(x)
    kept = (out != 0).to(dtype) / 0.75
    expected = plain_maxout(plain, 2) * kept
    gradient = torch.randn_like(out)
    out.backward(gradient)
    expected.backward(gradient)
    assert x.grad is not None
    assert plain.grad is not None
    torch.testing.assert_close(out, expected)
    torch.testing.assert_close(x.grad, plain.grad)
    assert out.is_contiguous(memory_format=torch.channels_last)


def test_blocks_shapes() -> None:
    assert ContractBlock(3, 8, ModelConfig())(torch.randn(2, 3, 16, 12)).shape == (2, 8, 16, 12)
    block = ExpandBlock(6, 8, ModelConfig())
    assert block(torch.randn(2, 6, 8, 6), torch.randn(2, 8, 16, 12)).shape == (2, 8, 16, 12)


@pytest.mark.parametrize("bias", [True, False])
def test_merging_convolution_equals_upsampling_concatenation_and_convolution(bias: bool) -> None:
    conv = MergeConv(5, 3, 4, bias=bias).double()
    deep = torch.randn(2, 5, 3, 7, dtype=torch.float64)
    skip = torch.randn(2, 3, 6, 14, dtype=torch.float64)
    both = torch.cat([F.interpolate(deep, scale_factor=2.0, mode="nearest"), skip], dim=1)
    torch.testing.assert_close(conv(deep, skip), F.conv2d(both, conv.weight, conv.bias, padding=1))


def test_merging_convolution_backward_is_proved_in_double_precision() -> None:
    conv = MergeConv(2, 1, 2, bias=True).double()
    deep = torch.randn(1, 2, 2, 2, dtype=torch.float64, requires_grad=True)
    skip = torch.randn(1, 1, 4, 4, dtype=torch.float64, requires_grad=True)

    def merged(weight: torch.Tensor, bias: torch.Tensor, *inputs: torch.Tensor) -> torch.Tensor:
        return torch.func.functional_call(conv, {"weight": weight, "bias": bias}, inputs)

    assert torch.autograd.gradcheck(merged, (conv.weight, conv.bias, deep, skip))


def a_head() -> ClassHead:
    torch.manual_seed(0)
    return ClassHead(4, 3, ModelConfig()).eval()


def test_class_head_tells_textures_of_one_mean_apart() -> None:
    flat, rough = torch.zeros(1, 4, 4, 4), torch.zeros(1, 4, 4, 4)
    rough[..., ::2] = 1.0
    rough[..., 1::2] = -1.0
    head = a_head()
    assert head(flat, None).shape == (1, 3)
    assert not torch.allclose(head(flat, None), head(rough, None))


def test_class_head_looks_where_the_liver_is() -> None:
    features = torch.randn(1, 4, 4, 4)
    changed = features.clone()
    changed[..., 2:] += 5.0  # outside the liver, which is on the left
    logits = torch.full((1, 1, 8, 8), -30.0)
    logits[..., :4] = 30.0
    head = a_head()
    near = (head(features, logits) - head(changed, logits)).abs().max()
    far = (head(features, None) - head(changed, None)).abs().max()
    assert near < 0.1 * far


def test_no_liver_at_all_is_everywhere_and_no_gradient_reaches_the_mask() -> None:
    features, logits = torch.randn(2, 4, 4, 4), torch.full((2, 1, 8, 8), -60.0, requires_grad=True)
    out = a_head()(features, logits)
    assert torch.allclose(out, a_head()(features, None), atol=1e-5)
    assert not out.requires_grad or torch.autograd.grad(out.sum(), logits, allow_unused=True) == (None,)
