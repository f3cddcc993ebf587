import dataclasses

import pytest
import torch

from livernet.core.config import Config
from livernet.core.data.loader import Tensors
from livernet.core.device import Device
from livernet.core.model.registry import build_model
from livernet.core.train import step
from livernet.core.train.batches import Batch
from livernet.core.train.losses import Targets
from livernet.core.train.step import Gradients


def with_train(config: Config, **changes: object) -> Config:
    return dataclasses.replace(config, train=dataclasses.replace(config.train, **changes))


def without_dropout(config: Config) -> Config:
    return dataclasses.replace(config, model=dataclasses.replace(config.model, dropout=0, head_dropout=0))


@pytest.fixture
def batch() -> Batch:
    """Eight rows, of which three lack a mask, three a stage and one both."""
    generator = torch.Generator().manual_seed(1)
    image = torch.randn(8, 1, 32, 32, generator=generator).contiguous(memory_format=torch.channels_last)
    mask = (torch.rand(8, 1, 32, 32, generator=generator) > 0.7).float()
    has_mask = torch.tensor([True, True, False, True, False, False, True, True])
    return Batch(image, Targets(mask, has_mask, torch.tensor([0, 1, 2, -1, 0, -1, -1, 2])), 8)


def gradients(
    config: Config, device: Device, batch: Batch, **kind: torch.dtype
) -> tuple[torch.Tensor, Gradients]:
    torch.manual_seed(0)
    model = build_model(config).to(**kind)
    computer = Gradients(model.train(), config, device, images=8)
    torch.manual_seed(1)
    computer.compute(batch)
    return torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None]), computer


@pytest.mark.parametrize(
    ("norm", "form"),
    [
        ("instance", "equation7"),
        ("group", "equation7-sigmoid"),
        ("none", "cross-entropy"),
        ("instance", "ordinal"),
    ],
)
@pytest.mark.parametrize("micro", [4, 3, 1])
def test_parts_give_the_gradients_of_the_whole(
    tiny: Config, cpu: Device, batch: Batch, monkeypatch: pytest.MonkeyPatch, micro: int, norm: str, form: str
) -> None:
    monkeypatch.setattr(torch.Tensor, "float", torch.Tensor.double)
    config = with_train(without_dropout(tiny), batch=8)
    config = dataclasses.replace(
        config,
        model=dataclasses.replace(config.model, norm=norm),
        loss=dataclasses.replace(config.loss, stage=form),
    )
    targets = batch.targets._replace(mask_B1HW=batch.targets.mask_B1HW.double())
    exact = Batch(batch.image_B1HW.double(), targets, 8)
    whole, _ = gradients(with_train(config, micro=8), cpu, exact, dtype=torch.float64)
    parts, computer = gradients(with_train(config, micro=micro), cpu, exact, dtype=torch.float64)
    assert whole.dtype == torch.float64
    assert computer.micro == micro
    assert torch.allclose(parts, whole, rtol=1e-9, atol=1e-12)


def test_rows_that_fill_a_batch_change_nothing(tiny: Config, cpu: Device, batch: Batch) -> None:
    config = with_train(without_dropout(tiny), batch=8)
    image, targets = batch.image_B1HW[:5], Targets(*(value[:5] for value in batch.targets))
    full = Targets(targets.mask_B1HW[[0, 1, 2, 3, 4, 0, 1, 2]], *(
        torch.cat([value, value.new_full((3,), nothing)])
        for value, nothing in ((targets.has_mask_B, False), (targets.class_B, -1))
    ))  # fmt: skip
    short, _ = gradients(config, cpu, Batch(image, targets, 5))
    filled, _ = gradients(config, cpu, Batch(image[[0, 1, 2, 3, 4, 0, 1, 2]], full, 5))
    assert torch.allclose(filled, short, rtol=1e-4, atol=1e-6)


def test_checkpoints_give_the_same_gradients_with_dropout(tiny: Config, cpu: Device, batch: Batch) -> None:
    plain, _ = gradients(tiny, cpu, batch)
    twice, _ = gradients(with_train(tiny, checkpoint=True), cpu, batch)
    assert torch.equal(twice, plain)


class Scarce:
    """Memory for so many images at once; beyond, the allocator fails after dropout has been drawn."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, images: int, error: BaseException) -> None:
        self.seen: list[int] = []

        def autocast(*_: object) -> torch.autocast:
            return torch.autocast("cpu", enabled=False)

        loss = step.multi_task_loss

        def fail(output, targets, *more):  # type: ignore[no-untyped-def]
            self.seen.append(len(targets.class_B))
            if self.seen[-1] > images:
                raise error
            return loss(output, targets, *more)

        monkeypatch.setattr(step, "autocast", autocast)
        monkeypatch.setattr(step, "multi_task_loss", fail)


@pytest.mark.parametrize(
    "error", [torch.OutOfMemoryError("no"), RuntimeError("can't allocate memory"), MemoryError()]
)
def test_out_of_memory_halves_and_repeats_from_the_same_random_state(
    tiny: Config, cpu: Device, batch: Batch, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    config = with_train(tiny, batch=8)
    expected, _ = gradients(with_train(config, micro=2), cpu, batch)
    scarce = Scarce(monkeypatch, 3, error)
    found, computer = gradients(config, cpu, batch)
    assert scarce.seen == [8, 4, 2, 2, 2, 2]
    assert computer.micro == 2
    assert torch.equal(found, expected)
    assert computer.take_notices() == (
        "out of memory: from here on 4 images of a batch at once; "
        "out of memory: from here on 2 images of a batch at once"
    )
    assert computer.take_notices() == ""


def test_out_of_memory_at_one_image_and_other_errors_are_raised(
    tiny: Config, cpu: Device, batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    Scarce(monkeypatch, 0, MemoryError())
    with pytest.raises(MemoryError):
        gradients(tiny, cpu, batch)
    Scarce(monkeypatch, 0, RuntimeError("shapes differ"))
    with pytest.raises(RuntimeError, match="shapes differ"):
        gradients(tiny, cpu, batch)


def test_little_memory_is_told(tiny: Config, cpu: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    model = build_model(tiny)
    assert Gradients(model, tiny, cpu, images=8).take_notices() == ""
    monkeypatch.setattr("livernet.core.train.micro.free_memory", lambda *_: 0)
    assert (
        Gradients(model, tiny, cpu, images=8).take_notices()
        == "CPU has memory for 1 image of a batch at once"
    )
    assert Gradients(model, with_train(tiny, micro=2), cpu, images=8).take_notices() == ""


def test_a_step_in_bf16_is_close_to_one_in_fp32(tiny: Config, cpu: Device, discs: Tensors) -> None:
    config = without_dropout(tiny)
    config = dataclasses.replace(config, model=dataclasses.replace(config.model, width=8))
    image = (discs.images_N1HW / 64 - 1).contiguous(memory_format=torch.channels_last)
    batch = Batch(image, Targets(discs.masks_N1HW.float(), discs.has_mask_N, discs.class_N), 12)
    single, half = (gradients(with_train(config, precision=p), cpu, batch) for p in ("fp32", "bf16"))
    assert torch.cosine_similarity(half[0], single[0], dim=0) > 0.95
    assert half[0].norm().item() == pytest.approx(single[0].norm().item(), rel=0.03)
    assert half[1].compute(batch)[2].item() == pytest.approx(single[1].compute(batch)[2].item(), rel=1e-3)


def compiler_that(monkeypatch: pytest.MonkeyPatch, error: Exception | None) -> list[str | None]:
    modes: list[str | None] = []

    def compile_(model, *, dynamic, mode):  # type: ignore[no-untyped-def]
        modes.append(mode)
        if error:
            raise error
        return model

    monkeypatch.setattr(torch, "compile", compile_)
    return modes


@pytest.mark.parametrize("error", [RuntimeError("Failed to find C compiler"), None])
def test_without_a_working_compiler_training_goes_on(
    tiny: Config, cpu: Device, batch: Batch, monkeypatch: pytest.MonkeyPatch, error: Exception | None
) -> None:
    expected, _ = gradients(tiny, cpu, batch)
    modes = compiler_that(monkeypatch, error)
    found, computer = gradients(with_train(tiny, batch=8, compile="on"), cpu, batch)
    assert modes == ["reduce-overhead"]
    assert computer.compiled is (error is None)
    said = "torch.compile does not work here (RuntimeError): training goes on without it"
    assert computer.take_notices() == ("" if error is None else said)
    if tiny.train.batch == 8:
        assert torch.equal(found, expected)


def test_parts_of_a_batch_are_compiled_without_graphs(
    tiny: Config, cpu: Device, batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes = compiler_that(monkeypatch, None)
    Scarce(monkeypatch, 4, MemoryError())
    gradients(with_train(tiny, batch=8, compile="on"), cpu, batch)
    assert modes == ["reduce-overhead", None]


def test_batches_are_filled_where_the_network_is_compiled(tiny: Config, cpu: Device) -> None:
    on = with_train(tiny, compile="on")
    counting = dataclasses.replace(on, model=dataclasses.replace(on.model, norm="batch"))
    for config, static in ((tiny, False), (on, True), (counting, False)):
        assert Gradients(build_model(config), config, cpu, images=8).static is static
