"""From a model's name and settings to the network."""

from torch import nn

from livernet.core.config import ModelConfig
from livernet.core.model.livernet import LiverNet


def build_model(config: ModelConfig, classes: int) -> nn.Module:
    """The network that ``config`` describes, for ``classes`` classes, with fresh weights."""
    builders = {"livernet": LiverNet}
    return builders[config.name](classes, config)


def parameter_count(model: nn.Module) -> int:
    """How many weights ``model`` trains."""
    return sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
