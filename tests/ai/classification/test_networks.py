from __future__ import annotations

import pytest
import torch

from ai.networks import build
from ai.networks.efficientnet_lite import EfficientNetLite, from_published
from ai.networks.familiarity import Familiarity

#: Parameters for 1000 classes of colour pictures, as published with the architectures; VGG-16 is
#: that with batch normalisation, less the biases that it makes superfluous.
PUBLISHED = {
    "ResNet18": 11_689_512,
    "ResNet50": 25_557_032,
    "DenseNet121": 7_978_856,
    "VGG16": 138_365_992 - 4224,
    "EfficientNetLite0": 4_652_008,
    "EfficientNetLite1": 5_416_680,
    "EfficientNetLite2": 6_092_072,
}
SMALL = ("SmallCNN", "SmallResNet", "ResNet18", "DenseNet121", "EfficientNetLite0")


@pytest.mark.parametrize("name", PUBLISHED)
def test_architectures_have_as_many_parameters_as_published(name: str):
    with torch.device("meta"):
        network = build(name, inputs=3, classes=1000)
    assert sum(p.numel() for p in network.parameters()) == PUBLISHED[name]


@pytest.mark.parametrize("name", SMALL)
def test_stages_and_head_make_up_the_whole_network(name: str):
    network = build(name, inputs=1, classes=3).eval()
    image = torch.rand(2, 1, 64, 64)
    with torch.no_grad():
        whole = network(image)
        assert whole.shape == (2, 3)
        for stages in range(1, len(network.stages)):
            apart = network.classify(network.features(image, stages), stages)
            assert torch.allclose(apart, whole, atol=1e-5)


def test_published_weights_fit_in_order_and_grey_equals_a_repeated_colour():
    torch.manual_seed(0)
    colour, grey = EfficientNetLite(inputs=3).eval(), EfficientNetLite(inputs=1).eval()
    published = {
        f"_layer{i}": v for i, (k, v) in enumerate(colour.state_dict().items()) if "head" not in k
    }
    published |= {"_fc.weight": torch.zeros(1000, 1280), "_fc.bias": torch.zeros(1000)}
    grey.load_state_dict(from_published(published, grey), strict=False)
    image = torch.rand(1, 1, 64, 64)
    with torch.no_grad():
        expected = colour.features(image.repeat(1, 3, 1, 1))
        assert torch.allclose(grey.features(image), expected, atol=1e-4)


def test_weights_of_another_depth_are_refused():
    state = {k: v for k, v in EfficientNetLite(variant=1).state_dict().items() if "head" not in k}
    with pytest.raises(ValueError, match="tensors"):
        from_published(state, EfficientNetLite(variant=0))


def test_distance_from_the_known_is_about_two_within_it_and_large_outside():
    torch.manual_seed(0)
    spread = torch.linspace(3, 0.1, 40)
    guard = Familiarity.fitted(torch.randn(2000, 40) * spread + 5, 10)
    alike, strange = torch.randn(500, 40) * spread + 5, torch.randn(500, 40) * 3 + 5
    assert float(guard(alike).mean()) == pytest.approx(2, rel=0.1)
    assert float(guard(strange).quantile(0.05)) > float(guard(alike).quantile(0.95))
