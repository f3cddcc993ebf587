"""From a model's name and settings to the network."""

from torch import nn

from livernet.core.config import ModelConfig, VggConfig
from livernet.core.model.livernet import LiverNet
from livernet.core.model.vgg import Vgg, VggFeatures, VggHead


def build_model(
    config: ModelConfig, classes: int, vgg: VggConfig | None = None, *, checkpoint: bool = False
) -> nn.Module:
    """The network that ``config`` names, with fresh weights; what a baseline is made of says ``vgg``.

    With ``checkpoint`` the paper's network keeps the inputs of its blocks alone while training, and computes
    the rest again.
    """
    if config.name == "livernet":
        return LiverNet(classes, config, checkpoint=checkpoint)
    return Vgg(VggFeatures(config.name), VggHead(classes, vgg or VggConfig()))


def parameter_count(model: nn.Module) -> int:
    """How many weights ``model`` trains."""
    return sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
