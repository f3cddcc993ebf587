import pytest

from livernet.core.config import AugmentConfig, Config, LossConfig, ModelConfig, TrainConfig, VggConfig
from livernet.core.errors import ConfigError


def test_defaults_are_the_papers() -> None:
    config = Config()
    assert (config.train.lr, config.train.rho, config.train.eps) == (1.0, 0.95, 1e-7)
    assert (config.train.size, config.train.epochs, config.model.width) == (512, 250, 32)
    assert config.train.size // 2 ** (config.model.depth - 1) == 32
    assert config.grouping == "3"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ModelConfig(width=0), r"model.width = 0 is out of range"),
        (lambda: ModelConfig(depth=3), r"model.depth = 3 is out of range"),
        (lambda: ModelConfig(pieces=1), r"model.pieces = 1 is out of range"),
        (lambda: ModelConfig(dropout=1.0), r"model.dropout = 1.0 is out of range"),
        (lambda: LossConfig(fine=-1), r"loss.fine = -1 is out of range"),
        (lambda: LossConfig(fine=0, middle=0, coarse=0, stage_weight=0), r"loss.stage_weight are all 0"),
        (lambda: AugmentConfig(scale=1), r"augment.scale = 1 is out of range"),
        (lambda: TrainConfig(epochs=0), r"train.epochs = 0 is out of range"),
        (lambda: TrainConfig(micro=-1), r"train.micro = -1 is out of range"),
        (
            lambda: Config(model=ModelConfig(norm="batch"), train=TrainConfig(checkpoint=True)),
            r"train.checkpoint = true is out of range",
        ),
        (lambda: TrainConfig(rho=1), r"train.rho = 1 is out of range"),
        (lambda: Config(train=TrainConfig(size=200)), r"train.size = 200 is out of range"),
    ],
)
def test_out_of_range(make: object, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        make()  # type: ignore[operator]


def test_size_names_the_divisor() -> None:
    with pytest.raises(ConfigError) as caught:
        Config(model=ModelConfig(depth=6), train=TrainConfig(size=400))
    assert caught.value.hint == "it must be a multiple of 32 (2**(depth-1))"


@pytest.mark.parametrize(
    ("weights", "expected"),
    [((1, 1, 1), 2), ((1, 0.5, 0), 1), ((1, 0, 0), 0), ((0, 0, 0.1), 2), ((0, 0, 0), None)],
)
def test_the_coarsest_mask_that_is_learnt_guides_the_class_head(
    weights: tuple[float, float, float], expected: int | None
) -> None:
    fine, middle, coarse = weights
    assert LossConfig(fine=fine, middle=middle, coarse=coarse).guide == expected


def test_to_dict_is_plain() -> None:
    values = Config().to_dict()
    assert values["model"]["width"] == 32
    assert values["loss"]["stage"] == "equation7"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: VggConfig(patch=31), "vgg.patch = 31 is out of range"),
        (lambda: VggConfig(patches=0), "vgg.patches = 0 is out of range"),
        (lambda: VggConfig(head_width=0), "vgg.head_width = 0 is out of range"),
        (lambda: VggConfig(dropout=1.0), "vgg.dropout = 1.0 is out of range"),
        (lambda: VggConfig(weights=""), "vgg.weights = '' is out of range"),
        (
            lambda: Config(model=ModelConfig(name="vgg16"), train=TrainConfig(size=48)),
            "vgg.patch = 64 is out of range",
        ),
        (
            lambda: Config(model=ModelConfig(name="vgg19"), loss=LossConfig(stage_weight=0)),
            "loss.stage_weight = 0 is out of range",
        ),
    ],
)
def test_baselines_out_of_range(make: object, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        make()  # type: ignore[operator]


def test_what_a_baseline_needs_does_not_bind_the_papers_network() -> None:
    assert not Config(train=TrainConfig(size=48), loss=LossConfig(stage_weight=0)).is_baseline
    assert Config(model=ModelConfig(name="vgg16")).is_baseline
