"""Settings of a run: one frozen dataclass a component, checked on construction."""

import dataclasses
from dataclasses import dataclass, field
from typing import Any, Literal

from livernet.core.errors import ConfigError
from livernet.core.stages import Grouping

Norm = Literal["none", "batch", "group", "instance"]
ModelName = Literal["livernet", "vgg16", "vgg19"]
StageLoss = Literal["equation7", "equation7-sigmoid", "cross-entropy", "ordinal"]


@dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """The network of Kang et al. 2020, figure 1."""

    name: ModelName = "livernet"
    """Which network: the paper's, or one of its baselines, whose settings are those of ``vgg``."""
    width: int = 32
    """Channels of the first stage; each stage below doubles them."""
    depth: int = 5
    """Resolutions on the contracting path; 5 leads from 512 to 32 pixels."""
    pieces: int = 2
    """Linear pieces of every maxout unit (Goodfellow 2013)."""
    dropout: float = 0.1
    """Probability of zeroing an element of a stage block's output."""
    head_dropout: float = 0.5
    """Probability of zeroing an input of the fully connected class head."""
    head_width: int = 64
    """Units of the hidden fully connected layer of the class head."""
    pool: Literal["liver", "image"] = "liver"
    """Where the class head looks: where the network itself sees liver, if it learns to, or everywhere."""
    norm: Norm = "instance"
    """Normalisation after every convolution; the paper names none, see the README's appendix."""

    def __post_init__(self) -> None:
        _require(self.width >= 1, "model.width", self.width, "at least 1")
        _require(4 <= self.depth <= 7, "model.depth", self.depth, "between 4 and 7")
        _require(self.pieces >= 2, "model.pieces", self.pieces, "at least 2")
        _require(0 <= self.dropout < 1, "model.dropout", self.dropout, "in [0, 1)")
        _require(0 <= self.head_dropout < 1, "model.head_dropout", self.head_dropout, "in [0, 1)")
        _require(self.head_width >= 1, "model.head_width", self.head_width, "at least 1")


@dataclass(frozen=True, kw_only=True)
class LossConfig:
    """Weights of the four terms, equations (4)-(7), 0 leaves one out; and the form of the last."""

    fine: float = 1.0
    """Weight of the mask term at full resolution, equation (4)."""
    middle: float = 0.5
    """Weight of the mask term at half resolution, equation (5)."""
    coarse: float = 0.25
    """Weight of the mask term at quarter resolution, equation (6)."""
    stage: StageLoss = "equation7"
    """Class term: equation (7) of softmax or sigmoid probabilities, cross-entropy, or of ordered classes."""
    stage_weight: float = 1.0
    """Weight of the class term."""

    def __post_init__(self) -> None:
        for name in ("fine", "middle", "coarse", "stage_weight"):
            _require(getattr(self, name) >= 0, f"loss.{name}", getattr(self, name), "at least 0")
        if self.fine + self.middle + self.coarse + self.stage_weight == 0:
            raise ConfigError(
                "settings loss.fine, loss.middle, loss.coarse and loss.stage_weight are all 0",
                "give one of them a weight above 0",
            )

    @property
    def guide(self) -> int | None:
        """The mask output that may show the class head where liver is: the coarsest with a weight.

        Counted from the finest, 0; ``None`` where no mask is learnt.
        """
        weights = (self.fine, self.middle, self.coarse)
        return max((place for place, weight in enumerate(weights) if weight > 0), default=None)


@dataclass(frozen=True, kw_only=True)
class AugmentConfig:
    """What happens to training images, drawn anew every epoch; the paper shifts, rotates and scales alone."""

    shift: float = 0.12
    """Largest shift along each axis, as a fraction of the side."""
    rotate: float = 20.0
    """Largest rotation in degrees, either way."""
    scale: float = 0.25
    """Largest relative change of scale, either way."""
    gain: float = 0.0
    """Largest relative change of brightness, either way; 0 as in the paper."""
    mirror: float = 0.0
    """Share of the images whose left and right are exchanged; 0 as in the paper."""
    contrast: float = 0.0
    """Largest exponent on the grey levels is one more than this, the smallest its inverse; 0 is off."""
    depth: float = 0.0
    """Largest relative change of brightness at each of five depths, either way; 0 is off."""
    shadow: float = 0.0
    """Largest share of the echo that a shadow along a beam takes; 0 is off."""
    speckle: float = 0.0
    """Largest standard deviation of factors on single pixels; 0 is off."""
    sharpness: float = 0.0
    """Largest weight of sharpening, and of blurring, over 3 x 3 pixels; 0 is off."""

    def __post_init__(self) -> None:
        _require(0 <= self.shift < 0.5, "augment.shift", self.shift, "in [0, 0.5)")
        _require(0 <= self.rotate <= 180, "augment.rotate", self.rotate, "in [0, 180]")
        _require(0 <= self.scale < 1, "augment.scale", self.scale, "in [0, 1)")
        _require(0 <= self.gain < 1, "augment.gain", self.gain, "in [0, 1)")
        _require(0 <= self.contrast <= 4, "augment.contrast", self.contrast, "in [0, 4]")
        for name in ("mirror", "depth", "shadow", "speckle", "sharpness"):
            _require(0 <= getattr(self, name) <= 1, f"augment.{name}", getattr(self, name), "in [0, 1]")


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """Adadelta with the defaults of Keras 2.1 (Zeiler 2012), a fixed number of epochs, last weights kept."""

    size: int = 512
    """Side of the training images in pixels."""
    epochs: int = 250
    """Passes over the training images; the last one's weights are kept."""
    batch: int = 8
    """Images per optimiser step."""
    lr: float = 1.0
    """Learning rate of Adadelta."""
    rho: float = 0.95
    """Decay of Adadelta's running averages."""
    eps: float = 1e-7
    """Adadelta's epsilon."""
    average: float = 0.0
    """Decay per step of a moving average of the weights, kept in place of the last ones; 0 is off."""
    precision: Literal["auto", "fp32", "tf32", "bf16"] = "auto"
    """Number format of the convolutions; auto takes bf16 where the device has the instructions."""
    micro: int = 0
    """Images of a batch in the network at once, the same but for model.norm=batch; 0 is automatic."""
    checkpoint: bool = False
    """Whether blocks are computed twice to keep only their inputs: about 40 % less memory, more time."""
    compile: Literal["auto", "on", "off"] = "auto"
    """torch.compile; auto takes it on a GPU where it pays back within the training."""
    seed: int = 0
    """Seed of weights, dropout, augmentation and folds."""

    def __post_init__(self) -> None:
        _require(self.size >= 32, "train.size", self.size, "at least 32")
        _require(self.epochs >= 1, "train.epochs", self.epochs, "at least 1")
        _require(self.batch >= 1, "train.batch", self.batch, "at least 1")
        _require(self.micro >= 0, "train.micro", self.micro, "at least 0")
        _require(self.lr > 0, "train.lr", self.lr, "above 0")
        _require(0 < self.rho < 1, "train.rho", self.rho, "in (0, 1)")
        _require(self.eps > 0, "train.eps", self.eps, "above 0")
        _require(0 <= self.average < 1, "train.average", self.average, "in [0, 1)")
        _require(self.seed >= 0, "train.seed", self.seed, "at least 0")


@dataclass(frozen=True, kw_only=True)
class VggConfig:
    """The paper's baselines: VGG features learnt from ImageNet and new fully connected layers (Meng 2017)."""

    input: Literal["patches", "whole"] = "patches"
    """What the network sees: patches cut from inside the liver, or the whole picture."""
    patch: int = 64
    """Side of a patch in pixels of the training picture; VGG halves it five times."""
    patches: int = 16
    """Patches of each picture; their probabilities are averaged."""
    features: Literal["frozen", "tuned"] = "frozen"
    """Whether the features stay as they came, and are computed once for all folds, or are trained too."""
    head_width: int = 256
    """Units of the hidden fully connected layer."""
    dropout: float = 0.5
    """Probability of zeroing an input of a fully connected layer."""
    weights: str = "imagenet"
    """Where the features begin: imagenet, a .pth or .safetensors file, or none for random ones."""

    def __post_init__(self) -> None:
        _require(self.patch >= 32, "vgg.patch", self.patch, "at least 32")
        _require(1 <= self.patches <= 1024, "vgg.patches", self.patches, "between 1 and 1024")
        _require(self.head_width >= 1, "vgg.head_width", self.head_width, "at least 1")
        _require(0 <= self.dropout < 1, "vgg.dropout", self.dropout, "in [0, 1)")
        _require(bool(self.weights), "vgg.weights", repr(self.weights), "imagenet, none or a file")


@dataclass(frozen=True, kw_only=True)
class Config:
    """Everything that decides what a training run computes."""

    model: ModelConfig = field(default_factory=ModelConfig)
    """The network."""
    loss: LossConfig = field(default_factory=LossConfig)
    """The four terms."""
    augment: AugmentConfig = field(default_factory=AugmentConfig)
    """What happens to training images."""
    train: TrainConfig = field(default_factory=TrainConfig)
    """The optimisation."""
    vgg: VggConfig = field(default_factory=VggConfig)
    """The baselines; ignored by the paper's network."""
    grouping: str = "3"
    """How stages become classes: 2, 3, 4, 5 or a form such as F0-F1/F2-F3/F4."""

    def __post_init__(self) -> None:
        Grouping.parse(self.grouping)
        factor = 2 ** (self.model.depth - 1)
        _require(
            self.train.size % factor == 0,
            "train.size",
            self.train.size,
            f"a multiple of {factor} (2**(depth-1))",
        )
        twice = self.train.checkpoint and self.model.norm == "batch"
        rule = "false with model.norm=batch, which would count every batch twice"
        _require(not twice, "train.checkpoint", "true", rule)
        if self.is_baseline:
            most, name = self.train.size, self.model.name
            _require(self.vgg.patch <= most, "vgg.patch", self.vgg.patch, f"at most train.size, {most}")
            rule = f"above 0: {name} learns classes alone"
            _require(self.loss.stage_weight > 0, "loss.stage_weight", 0, rule)

    @property
    def inputs_per_step(self) -> int:
        """What goes into an optimiser step: pictures, or all patches of as many."""
        cut = self.is_baseline and self.vgg.input == "patches"
        return self.train.batch * (self.vgg.patches if cut else 1)

    @property
    def is_baseline(self) -> bool:
        """Whether the network is one of the paper's baselines, which name a class and outline nothing."""
        return self.model.name != "livernet"

    def to_dict(self) -> dict[str, Any]:
        """Plain nested dictionaries, as written to run.json and model files."""
        return dataclasses.asdict(self)


def _require(holds: bool, key: str, value: object, rule: str) -> None:
    if not holds:
        raise ConfigError(f"setting {key} = {value} is out of range", f"it must be {rule}")
