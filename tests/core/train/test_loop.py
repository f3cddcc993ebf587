import dataclasses
import gc
import re
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest
import torch
from torch import Tensor

from livernet.core.config import Config, StageLoss
from livernet.core.data.loader import Normalisation, Tensors
from livernet.core.device import Device, choose_device
from livernet.core.errors import ConfigError, DataError
from livernet.core.model.registry import build_model
from livernet.core.train import loop, step
from livernet.core.train.batches import draw_batches
from livernet.core.train.lesson import Lesson
from livernet.core.train.loop import EpochMetrics, _new_learner, train_model
from livernet.core.train.state import StateFile
from livernet.core.train.step import Gradients


def weights(model: torch.nn.Module) -> torch.Tensor:
    return torch.cat([value.flatten() for value in model.state_dict().values()])


def with_train(config: Config, **changes: object) -> Config:
    return dataclasses.replace(config, train=dataclasses.replace(config.train, **changes))


def test_training_learns_mask_and_class(tiny: Config, discs: Tensors, cpu: Device) -> None:
    config = dataclasses.replace(
        tiny,
        model=dataclasses.replace(tiny.model, width=6, head_width=16),
        train=dataclasses.replace(tiny.train, epochs=30),
    )
    trained = train_model(discs, range(12), config, cpu)
    first, last = trained.history[0], trained.history[-1]
    assert [line.epoch for line in trained.history] == list(range(1, 31))
    assert last.loss < 0.5 * first.loss
    assert last.dice is not None
    assert last.dice > 0.85
    assert last.accuracy is not None
    assert last.accuracy > 0.6
    assert not trained.model.training


@pytest.mark.parametrize("form", get_args(StageLoss)[1:])
def test_other_class_terms_learn_too(tiny: Config, discs: Tensors, cpu: Device, form: StageLoss) -> None:
    config = dataclasses.replace(
        tiny,
        loss=dataclasses.replace(tiny.loss, stage=form),
        model=dataclasses.replace(tiny.model, width=6, head_width=16),
        train=dataclasses.replace(tiny.train, epochs=50),
    )
    history = train_model(discs, range(12), config, cpu).history
    first, last = history[0].loss_class, history[-1].loss_class
    assert first is not None
    assert last is not None
    assert last < 0.5 * first
    assert history[-1].accuracy is not None
    assert history[-1].accuracy > 0.8


def test_same_seed_same_bytes_and_another_seed_other_ones(tiny: Config, discs: Tensors, cpu: Device) -> None:
    first = weights(train_model(discs, range(8), tiny, cpu).model)
    torch.rand(7)  # the global stream does not matter
    assert torch.equal(weights(train_model(discs, range(8), tiny, cpu).model), first)
    assert not torch.equal(weights(train_model(discs, range(8), tiny, cpu, fold=1).model), first)
    assert not torch.equal(weights(train_model(discs, range(8), with_train(tiny, seed=1), cpu).model), first)


def test_training_leaves_the_global_stream_alone(tiny: Config, discs: Tensors, cpu: Device) -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    train_model(discs, range(4), with_train(tiny, epochs=1), cpu)
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize("average", [0.0, 0.9])
def test_an_interrupted_run_ends_with_the_same_bytes(
    tiny: Config, discs: Tensors, cpu: Device, tmp_path: Path, average: float
) -> None:
    config = with_train(tiny, average=average)
    whole = train_model(discs, range(8), config, cpu)

    def stop(metrics: EpochMetrics) -> None:
        if metrics.epoch == 2:
            raise KeyboardInterrupt

    state = StateFile(tmp_path / "state.safetensors", seconds=0)
    with pytest.raises(KeyboardInterrupt):
        train_model(discs, range(8), config, cpu, on_epoch=stop, state=state)
    seen: list[int] = []
    again = train_model(discs, range(8), config, cpu, on_epoch=lambda m: seen.append(m.epoch), state=state)
    assert seen == [3, 4]
    assert torch.equal(weights(again.model), weights(whole.model))
    assert [line.loss for line in again.history] == [line.loss for line in whole.history]


def test_rows_with_one_label_only(tiny: Config, discs: Tensors, cpu: Device) -> None:
    masks_only = dataclasses.replace(discs, class_N=torch.full((12,), -1))
    last = train_model(masks_only, range(6), with_train(tiny, epochs=1), cpu).history[-1]
    assert (last.loss_class, last.accuracy) == (None, None)
    assert last.loss_fine is not None
    classes_only = dataclasses.replace(discs, has_mask_N=torch.zeros(12, dtype=torch.bool))
    last = train_model(classes_only, range(6), with_train(tiny, epochs=1), cpu).history[-1]
    assert (last.loss_fine, last.dice) == (None, None)
    assert last.accuracy is not None


def test_the_class_head_looks_everywhere_where_no_mask_is_learnt(
    tiny: Config, discs: Tensors, cpu: Device
) -> None:
    config = with_train(tiny, epochs=1)
    some = dataclasses.replace(discs, has_mask_N=torch.arange(12) >= 6)
    weightless = dataclasses.replace(
        config, loss=dataclasses.replace(config.loss, fine=0, middle=0, coarse=0)
    )
    for settings, rows, pool, guide in (
        (config, range(12), "liver", 2),
        (config, range(6), "image", None),  # none of these has a mask
        (weightless, range(12), "image", None),
    ):
        trained = train_model(some, rows, settings, cpu)
        assert trained.config.model.pool == pool
        assert trained.model.guide == guide
        assert trained.config.loss == settings.loss


def test_no_label_at_all(tiny: Config, discs: Tensors, cpu: Device) -> None:
    bare = dataclasses.replace(
        discs, class_N=torch.full((12,), -1), has_mask_N=torch.zeros(12, dtype=torch.bool)
    )
    with pytest.raises(DataError, match="none of the 12 training images has a label that the loss uses"):
        train_model(bare, range(12), tiny, cpu)
    weightless = dataclasses.replace(tiny, loss=dataclasses.replace(tiny.loss, stage_weight=0))
    no_masks = dataclasses.replace(discs, has_mask_N=torch.zeros(12, dtype=torch.bool))
    with pytest.raises(DataError, match="none of the 12 training images"):
        train_model(no_masks, range(12), weightless, cpu)


def test_divergence_is_named(tiny: Config, discs: Tensors, cpu: Device) -> None:
    with pytest.raises(DataError, match=r"no longer a finite number in epoch \d") as caught:
        train_model(discs, range(8), with_train(tiny, lr=1e38, epochs=3), cpu)
    assert "train.lr" in caught.value.hint


def test_normalisation_comes_from_the_training_images_alone(
    tiny: Config, discs: Tensors, cpu: Device
) -> None:
    config = with_train(tiny, epochs=1)
    before = train_model(discs, range(6), config, cpu).normalisation
    brighter = dataclasses.replace(discs, images_N1HW=discs.images_N1HW.clone())
    brighter.images_N1HW[6:] = 255
    assert train_model(brighter, range(6), config, cpu).normalisation == before


def test_a_small_micro_batch_learns_the_same_and_is_recorded(
    tiny: Config, discs: Tensors, cpu: Device
) -> None:
    bare = dataclasses.replace(tiny, model=dataclasses.replace(tiny.model, dropout=0, head_dropout=0))
    whole = train_model(discs, range(10), with_train(bare, epochs=1), cpu)
    parts = train_model(discs, range(10), with_train(bare, epochs=1, micro=1), cpu)
    assert (whole.history[0].micro, parts.history[0].micro) == (4, 1)
    assert parts.history[0].loss == pytest.approx(whole.history[0].loss, rel=1e-3)
    assert parts.history[0].dice == pytest.approx(whole.history[0].dice, abs=0.02)
    assert weights(parts.model).norm().item() == pytest.approx(weights(whole.model).norm().item(), rel=1e-3)


def test_half_the_expected_memory_is_told_and_kept_to(
    tiny: Config, discs: Tensors, cpu: Device, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loss = step.multi_task_loss

    def scarce(output, targets, *more):  # type: ignore[no-untyped-def]
        if len(targets.class_B) > 2:
            raise torch.OutOfMemoryError
        return loss(output, targets, *more)

    expected = train_model(discs, range(8), with_train(tiny, micro=2), cpu)
    monkeypatch.setattr(step, "multi_task_loss", scarce)
    found = train_model(discs, range(8), tiny, cpu)
    assert torch.equal(weights(found.model), weights(expected.model))
    assert [line.micro for line in found.history] == [2, 2, 2, 2]
    notices = [line.notice for line in found.history]
    assert notices == ["out of memory: from here on 2 images of a batch at once", "", "", ""]
    # a run that is continued keeps to it, whatever memory there is now
    monkeypatch.setattr(step, "multi_task_loss", loss)
    state = StateFile(tmp_path / "state.safetensors", seconds=0)
    first = train_model(discs, range(8), with_train(tiny, epochs=2, micro=2), cpu, state=state)
    again = train_model(discs, range(8), tiny, cpu, state=state)
    assert again.history[:2] == first.history
    assert torch.equal(weights(again.model), weights(expected.model))


def test_no_memory_for_one_image_is_an_error_with_a_remedy(
    tiny: Config, discs: Tensors, cpu: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(step, "multi_task_loss", full)
    with pytest.raises(ConfigError, match="CPU has not enough memory for one image of 32 px at width 2"):
        train_model(discs, range(8), tiny, cpu)


def test_nothing_of_a_training_stays_in_memory(tiny: Config, discs: Tensors, cpu: Device) -> None:
    def live() -> int:
        gc.collect()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch has deprecated objects that warn when they are looked at
            return sum(isinstance(thing, torch.Tensor) for thing in gc.get_objects())

    config = with_train(tiny, epochs=1, average=0.9)
    train_model(discs, range(8), config, cpu)
    before = live()
    for fold in range(3):
        train_model(discs, range(8), config, cpu, fold=fold)
    assert live() == before


def test_one_thread_or_two_learn_the_same(tiny: Config, discs: Tensors, cpu: Device) -> None:
    one = train_model(discs, range(8), with_train(tiny, epochs=2), cpu).history[-1]
    torch.set_num_threads(2)
    try:
        two = train_model(discs, range(8), with_train(tiny, epochs=2), cpu).history[-1]
    finally:
        torch.set_num_threads(1)
    assert two.loss == pytest.approx(one.loss, rel=0.02)


def test_a_compiler_that_fails_leaves_the_result_as_it_is(
    tiny: Config, discs: Tensors, cpu: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("Failed to find C compiler")

    expected = train_model(discs, range(8), tiny, cpu)
    monkeypatch.setattr(torch, "compile", fail)
    found = train_model(discs, range(8), with_train(tiny, compile="on"), cpu)
    assert torch.equal(weights(found.model), weights(expected.model))
    assert "torch.compile does not work here" in found.history[0].notice
    assert found.history[1].notice == ""


def an_epoch(config: Config, discs: Tensors, device: Device, prepare: Callable[[], None]) -> list[Tensor]:
    """The tallies of an epoch of 10 images, made as in the loop; ``prepare`` is called after another one."""
    lesson = Lesson(Normalisation(0.3, 0.2), 10, lambda: build_model(config), lambda *_: iter(()))
    learner = _new_learner(lesson, config, device, 0)
    gradients = Gradients(learner.model.train(), config, device, images=10)
    moved = {
        name: getattr(discs, name).to(device.torch)
        for name in ("images_N1HW", "masks_N1HW", "has_mask_N", "class_N")
    }
    tensors, norm = dataclasses.replace(discs, **moved), Normalisation(0.3, 0.2)
    for epoch in range(2):
        generator = torch.Generator().manual_seed(epoch)
        batches = draw_batches(tensors, range(10), config, norm, device.torch, generator, full=True)
        sums = []
        for batch in batches:
            sums.append(gradients.compute(batch))
            learner.optimiser.step()
            learner.average.update(learner.model)  # type: ignore[union-attr]
        if epoch == 0:
            prepare()
    return sums


def test_no_value_is_asked_for_inside_an_epoch(
    tiny: Config, discs: Tensors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the meta device tensors have no values: whatever would wait for a GPU fails."""
    meta = Device(torch=torch.device("meta"), name="nothing", bf16=False)
    monkeypatch.setattr(step, "autocast", lambda *_: torch.autocast("cpu", enabled=False))
    sums = an_epoch(with_train(tiny, average=0.9, micro=4), discs, meta, lambda: None)
    assert [(value.device.type, value.shape) for value in sums] == [("meta", (9,))] * 3
    with pytest.raises((NotImplementedError, RuntimeError)):
        sums[0].tolist()


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize(("micro", "compiler"), [(0, "off"), (2, "off"), (0, "on")])
def test_the_host_does_not_wait_inside_an_epoch(
    tiny: Config, discs: Tensors, micro: int, compiler: str
) -> None:
    config = with_train(tiny, average=0.9, micro=micro, compile=compiler, precision="auto")
    try:
        an_epoch(config, discs, choose_device("cuda"), lambda: torch.cuda.set_sync_debug_mode("error"))
    finally:
        torch.cuda.set_sync_debug_mode("default")


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize(
    "changes", [{"compile": "on"}, {"precision": "bf16"}, {"precision": "tf32"}, {"micro": 1}]
)
def test_what_is_faster_or_smaller_on_a_gpu_learns_the_same(
    tiny: Config, discs: Tensors, changes: dict[str, object]
) -> None:
    device = choose_device("cuda")
    bare = dataclasses.replace(
        tiny, model=dataclasses.replace(tiny.model, width=8, dropout=0, head_dropout=0)
    )
    expected = train_model(discs, range(10), with_train(bare, epochs=3, compile="off"), device).history[-1]
    found = train_model(
        discs, range(10), with_train(bare, **({"epochs": 3, "compile": "off"} | changes)), device
    )
    assert found.history[-1].loss == pytest.approx(expected.loss, rel=0.05)
    assert not any(line.notice for line in found.history)


def test_no_code_of_training_needs_float64() -> None:
    """Apple GPUs have none; what is float64 is Python's and numpy's, on the host."""
    package = Path(loop.__file__).parents[1]
    files = [*package.glob("model/*.py"), *package.glob("train/*.py")]
    files += [package / "data" / name for name in ("loader.py", "augment.py")]
    assert len(files) > 15
    for file in files:
        assert not re.search(r"float64|\.double\(", file.read_text(encoding="utf-8")), file.name


def test_it_runs_where_only_torch_torchvision_and_numpy_are() -> None:
    code = """
import sys

for name in "safetensors skimage scipy sklearn matplotlib pydicom typer rich jinja2 pytest".split():
    sys.modules[name] = None
import numpy, torch
from livernet.core.config import Config, ModelConfig, TrainConfig
from livernet.core.data.loader import Tensors
from livernet.core.device import choose_device
from livernet.core.train.loop import train_model
pictures = torch.randint(0, 256, (4, 1, 32, 32), dtype=torch.uint8)
tensors = Tensors(
    images_N1HW=pictures, masks_N1HW=(pictures > 128).to(torch.uint8),
    has_mask_N=torch.ones(4, dtype=torch.bool), class_N=torch.arange(4) % 3,
    thumbnails_NHW=numpy.zeros((4, 64, 64), numpy.uint8), hashes=tuple("abcd"),
)
train = TrainConfig(size=32, epochs=1, batch=2, average=0.9)
config = Config(model=ModelConfig(width=2, depth=4), train=train)
assert train_model(tensors, range(4), config, choose_device("cpu")).history[0].loss > 0
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_bf16_trains(tiny: Config, discs: Tensors, cpu: Device) -> None:
    fp32 = train_model(discs, range(12), tiny, cpu).history[-1]
    bf16 = train_model(discs, range(12), with_train(tiny, precision="bf16"), cpu).history[-1]
    assert bf16.loss == pytest.approx(fp32.loss, rel=0.1)
