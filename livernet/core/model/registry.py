"""From a model's name and settings to the network."""

from torch import nn

from livernet.core.config import ModelConfig
from livernet.core.model.livernet import LiverNet


def build_model(config: ModelConfig, classes: int, *, checkpoint: bool = False) -> nn.Module:
    """The network that ``config`` describes, for ``classes`` classes, with fresh weights.

    With ``checkpoint`` it keeps the inputs of its blocks alone while training, and computes the rest again.
    """
    builders = {"livernet": LiverNet}
    return builders[config.name](classes, config, checkpoint=checkpoint)


def parameter_count(model: nn.Module) -> int:
    """How many weights ``model`` trains."""
    return sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
