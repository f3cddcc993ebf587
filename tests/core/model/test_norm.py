import pytest
import torch

from livernet.core.model.norm import InstanceNorm, build_norm


@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
def test_instance_norm_equals_torchs(memory_format: torch.memory_format) -> None:
    own, reference = InstanceNorm(6).double(), torch.nn.InstanceNorm2d(6, affine=True).double()
    with torch.no_grad():
        for layer in (own, reference):
            layer.weight.copy_(torch.linspace(0.5, 2, 6))
            layer.bias.copy_(torch.linspace(-1, 1, 6))
    x = torch.randn(3, 6, 5, 7, dtype=torch.float64).contiguous(memory_format=memory_format)
    inputs = [x.clone().requires_grad_() for _ in range(2)]
    gradient = torch.randn_like(x)
    for layer, value in zip((own, reference), inputs, strict=True):
        layer(value).backward(gradient)
    assert torch.allclose(own(inputs[0]), reference(inputs[1]))
    assert inputs[0].grad is not None
    assert inputs[1].grad is not None
    assert torch.allclose(inputs[0].grad, inputs[1].grad)
    assert torch.allclose(own.weight.grad, reference.weight.grad)
    assert torch.allclose(own.bias.grad, reference.bias.grad)


def test_instance_norm_gradient_in_double_precision() -> None:
    layer = InstanceNorm(2).double()
    x = torch.randn(2, 2, 3, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(layer, (x,))


def test_channels_last_is_kept() -> None:
    x = torch.randn(2, 4, 6, 6).contiguous(memory_format=torch.channels_last)
    assert InstanceNorm(4)(x).is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("norm", ["none", "batch", "group", "instance"])
def test_every_norm_keeps_the_shape(norm: str) -> None:
    x = torch.randn(2, 16, 4, 4)
    layer = build_norm(norm, 16)  # type: ignore[arg-type]
    assert layer(x).shape == x.shape
    assert torch.equal(layer(x), x) == (norm == "none")
