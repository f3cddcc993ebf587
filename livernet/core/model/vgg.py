"""The paper's baselines: VGG16 and VGG19 (Simonyan and Zisserman 2015) with new fully connected layers.

As Meng et al., IEEE Access 5:5804, 2017: features learnt from ImageNet, a new classifier for the liver.
Shape suffixes: B batch, H rows, W columns, F features, K classes.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from livernet.core.config import VggConfig
from livernet.core.model.livernet import Output
from livernet.core.model.ordinal import class_layer

FEATURES = 512
"""Channels that the last convolution of either network has."""
_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of ImageNet's red, green and blue, by which pictures in 0..1 are standardised."""
_VARIANTS = {"vgg16": "D", "vgg19": "E"}
"""Their names in the paper of Simonyan and Zisserman, table 1, and in torchvision."""
_FLOOR = 0.05
"""The least standard deviation that a feature is divided by, as a share of all features' mean one."""


class VggFeatures(nn.Module):
    """The convolutions of torchvision's network, and the mean of each last channel over the picture."""

    def __init__(self, name: str) -> None:
        from torchvision.models.vgg import cfgs, make_layers  # a second to import, for the baselines alone

        super().__init__()
        self.layers = make_layers(cfgs[_VARIANTS[name]])

    def forward(self, image_B1HW: Tensor) -> Tensor:
        """Grey pictures in 0..1, H and W at least 32, to features (B, F)."""
        colours = [(image_B1HW - mean) / std for mean, std in zip(_MEAN, _STD, strict=True)]
        image_B3HW = torch.cat(colours, dim=1).contiguous(memory_format=torch.channels_last)
        return self.layers(image_B3HW).float().mean((2, 3))  # type: ignore[no-any-return]

    @classmethod
    def of(cls, name: str, weights: Mapping[str, Tensor]) -> "VggFeatures":
        """The features with copies of these weights, and without drawing random ones first."""
        with torch.device("meta"):
            model = cls(name)
        model.load_state_dict({key: value.clone() for key, value in weights.items()}, assign=True)
        return model

    def initialise(self) -> None:
        """Random weights as torchvision's (He et al. 2015), from torch's own stream."""
        for layer in self.layers:
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
                nn.init.zeros_(layer.bias)  # type: ignore[arg-type]


class VggHead(nn.Module):
    """New fully connected layers; the features are standardised with those learnt from."""

    mean_F: Tensor
    std_F: Tensor

    def __init__(self, classes: int, config: VggConfig, *, ordered: bool = False) -> None:
        super().__init__()
        self.register_buffer("mean_F", torch.zeros(FEATURES))
        self.register_buffer("std_F", torch.ones(FEATURES))
        self.layers = nn.Sequential(
            nn.Dropout(config.dropout),
            nn.Linear(FEATURES, config.head_width),
            nn.ReLU(),
            nn.Dropout(config.dropout),
            class_layer(config.head_width, classes, ordered=ordered),
        )

    def fit_scale(self, feature_NF: Tensor) -> None:
        """Standardise with the mean and standard deviation of these features."""
        std_F = feature_NF.std(0, correction=0)
        self.mean_F.copy_(feature_NF.mean(0))
        self.std_F.copy_(std_F.clamp(min=max(_FLOOR * float(std_F.mean()), 1e-6)))

    def forward(self, feature_BF: Tensor) -> Output:
        """Class logits (B, K), and no mask."""
        return Output(mask_logits=(), class_logits_BK=self.layers((feature_BF - self.mean_F) / self.std_F))


class Vgg(nn.Module):
    """Features and head together: pictures or patches to class logits."""

    def __init__(self, features: VggFeatures, head: VggHead) -> None:
        super().__init__()
        self.features = features
        self.head = head

    def forward(self, image_B1HW: Tensor) -> Output:
        """Grey pictures in 0..1 to class logits (B, K), and no mask."""
        return self.head(self.features(image_B1HW))  # type: ignore[no-any-return]
