"""From the settings of a run to its network."""

from torch import nn

from livernet.core.config import Config
from livernet.core.model.livernet import LiverNet
from livernet.core.model.vgg import Vgg, VggFeatures, VggHead
from livernet.core.stages import Grouping


def build_model(config: Config) -> nn.Module:
    """The network that the settings name, with fresh weights."""
    if config.is_baseline:
        return Vgg(VggFeatures(config.model.name), build_head(config))
    return LiverNet(
        len(Grouping.parse(config.grouping)),
        config.model,
        ordered=config.loss.stage == "ordinal",
        guide=config.loss.guide,
        checkpoint=config.train.checkpoint,
    )


def build_head(config: Config) -> VggHead:
    """The new layers of a baseline, with fresh weights."""
    classes = len(Grouping.parse(config.grouping))
    return VggHead(classes, config.vgg, ordered=config.loss.stage == "ordinal")


def parameter_count(model: nn.Module) -> int:
    """How many weights ``model`` trains."""
    return sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
