"""The image classifiers that can be trained, by name.

Each takes ``inputs`` and ``classes``, and what else its class documents.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from torch import nn

from ai.networks.dense import DenseClassifier
from ai.networks.densenet import DenseNet
from ai.networks.efficientnet_lite import EfficientNetLite
from ai.networks.familiarity import Familiarity
from ai.networks.plain import PlainNet
from ai.networks.resnet import ResNet

CLASSIFIERS: dict[str, Callable[..., nn.Module]] = {
    # Six convolutions for pictures of about 150×150, as introductory courses build them.
    "SmallCNN": partial(
        PlainNet,
        blocks=(1, 1, 1, 1, 1, 1),
        widths=(32, 64, 64, 128, 128, 256),
        dense=(128,),
        grid=4,
        dropout=0.3,
    ),
    # Three stages of 3, 4 and 6 blocks for pictures of about 64×64.
    "SmallResNet": partial(ResNet, blocks=(3, 4, 6), widths=(64, 128, 256), large=False),
    "ResNet18": ResNet,
    "ResNet50": partial(ResNet, blocks=(3, 4, 6, 3), bottleneck=True),
    "DenseNet121": DenseNet,
    "VGG16": PlainNet,
    "EfficientNetLite0": partial(EfficientNetLite, variant=0),
    "EfficientNetLite1": partial(EfficientNetLite, variant=1),
    "EfficientNetLite2": partial(EfficientNetLite, variant=2),
    "DenseClassifier": DenseClassifier,
    "Familiarity": Familiarity,
}
