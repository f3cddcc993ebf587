import dataclasses

import pytest
import torch

from livernet.core.config import ModelConfig
from livernet.core.model.livernet import LiverNet, Output

TINY = ModelConfig(width=2, depth=4, head_width=4)


@pytest.mark.parametrize(("height", "width"), [(32, 32), (16, 40), (8, 24)])
@pytest.mark.parametrize("ordered", [False, True])
def test_one_output_type_in_every_mode(height: int, width: int, ordered: bool) -> None:
    model = LiverNet(3, TINY, ordered=ordered)
    for mode in (True, False):
        output = model.train(mode)(torch.randn(2, 1, height, width))
        assert isinstance(output, Output)
        assert output.class_logits_BK.shape == (2, 3)
        expected = [(2, 1, height // f, width // f) for f in (1, 2, 4)]
        assert [tuple(mask.shape) for mask in output.mask_logits] == expected


def test_the_papers_path_leads_from_512_to_32() -> None:
    model = LiverNet(3, ModelConfig(width=1))
    sizes: list[int] = []
    for stage in model.contract:
        stage.register_forward_hook(lambda _m, _i, out: sizes.append(out.shape[-1]))
    model.eval()(torch.zeros(1, 1, 512, 512))
    assert sizes == [512, 256, 128, 64, 32]


@pytest.mark.parametrize(("classes", "depth", "pieces", "norm"), [(2, 4, 2, "none"), (5, 5, 3, "group")])
def test_settings(classes: int, depth: int, pieces: int, norm: str) -> None:
    config = ModelConfig(width=2, depth=depth, pieces=pieces, norm=norm)  # type: ignore[arg-type]
    output = LiverNet(classes, config)(torch.randn(1, 1, 32, 32))
    assert output.class_logits_BK.shape == (1, classes)


def test_every_weight_gets_a_gradient() -> None:
    model = LiverNet(3, TINY)
    output = model(torch.randn(2, 1, 32, 32))
    (
        sum(mask.square().sum() for mask in output.mask_logits) + output.class_logits_BK.square().sum()
    ).backward()
    silent = [name for name, p in model.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
    assert not silent


@pytest.mark.parametrize(
    ("pool", "guide", "looks_at"),
    [("liver", 2, 2), ("liver", 1, 1), ("liver", 0, 0), ("liver", None, None), ("image", 2, None)],
)
def test_the_class_head_looks_at_one_mask_output_or_at_none(
    pool: str, guide: int | None, looks_at: int | None
) -> None:
    config = dataclasses.replace(TINY, pool=pool, dropout=0.0, head_dropout=0.0)  # type: ignore[arg-type]
    model, image = LiverNet(3, config, guide=guide).eval(), torch.randn(1, 1, 32, 32)
    before = model(image).class_logits_BK
    for place, head in enumerate(model.mask_heads):
        kept = head.weight.detach().clone()
        with torch.no_grad():
            head.weight.mul_(-20)
        assert torch.equal(model(image).class_logits_BK, before) == (place != looks_at)
        with torch.no_grad():
            head.weight.copy_(kept)


def test_class_and_mask_share_the_contracting_path() -> None:
    model = LiverNet(3, TINY).eval()
    image = torch.randn(1, 1, 32, 32)
    before = model(image)
    with torch.no_grad():
        model.contract[0].first.conv.weight.mul_(-1)
    after = model(image)
    assert not torch.allclose(before.class_logits_BK, after.class_logits_BK)
    assert not torch.allclose(before.mask_logits[0], after.mask_logits[0])


def test_blocks_computed_twice_give_the_same_gradients() -> None:
    config = dataclasses.replace(TINY, dropout=0.3, head_dropout=0.3)
    plain, twice = LiverNet(3, config), LiverNet(3, config, checkpoint=True)
    twice.load_state_dict(plain.state_dict())
    image = torch.randn(2, 1, 32, 32)
    gradients: list[list[torch.Tensor]] = []
    for model in (plain, twice):
        torch.manual_seed(1)  # dropout
        output = model(image)
        sum(value.sum() for value in (*output.mask_logits, output.class_logits_BK)).backward()
        gradients.append([p.grad for p in model.parameters() if p.grad is not None])
    assert len(gradients[0]) == len(list(plain.parameters()))
    assert all(torch.equal(one, other) for one, other in zip(*gradients, strict=True))
