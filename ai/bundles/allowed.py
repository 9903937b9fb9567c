"""The list: every class and function that a bundle may name, and where it lies in MONAI."""

from __future__ import annotations

from collections.abc import Mapping

from ai.errors import PackageError

_NETS = "monai.networks.nets"
_TRANSFORMS = "monai.transforms"
_INFERERS = "monai.inferers"
_DETECTION = "monai.apps.detection"
_PATHOLOGY = "monai.apps.pathology"

_GROUPS: Mapping[str, str] = {
    _NETS: """
        AttentionUnet BasicUNet BasicUNetPlusPlus DenseNet121 DenseNet169 DenseNet201 DenseNet264
        DynUNet EfficientNetBN FlexibleUNet HighResNet HoVerNet MedNeXt SEResNet50 SEResNet101
        SEResNet152 SEResNext50 SEResNext101 SENet154 SegResNet SegResNetDS SegResNetVAE SwinUNETR
        UNETR UNet VNet ViT resnet10 resnet18 resnet34 resnet50 resnet101 resnet152 resnet200
    """,
    f"{_DETECTION}.networks.retinanet_network": "RetinaNet",
    f"{_DETECTION}.networks.retinanet_detector": "RetinaNetDetector",
    f"{_DETECTION}.utils.anchor_utils": "AnchorGenerator AnchorGeneratorWithAnchorShape",
    # MONAI's own needs torchvision.
    "ai.bundles.pyramid": "resnet_fpn_feature_extractor",
    _INFERERS: "SimpleInferer SlidingWindowInferer SlidingWindowInfererAdapt SliceInferer",
    f"{_PATHOLOGY}.inferers": "SlidingWindowHoVerNetInferer",
    f"{_PATHOLOGY}.transforms.post.dictionary": """
        HoVerNetInstanceMapPostProcessingd HoVerNetNuclearTypePostProcessingd
    """,
    "monai.apps.nuclick.transforms": "AddLabelAsGuidanced",
    _TRANSFORMS: """
        Activationsd AsDiscreted CastToTyped CenterSpatialCropd Compose CropForegroundd
        DivisiblePadd EnsureTyped FillHolesd FlattenSubKeysd Flipd FromMetaTensord Invertd
        KeepLargestConnectedComponentd NormalizeIntensityd Orientationd RemoveSmallObjectsd
        Resized ResizeWithPadOrCropd Rotate90d ScaleIntensityRanged
        ScaleIntensityRangePercentilesd ScaleIntensityd Spacingd SpatialPadd SqueezeDimd
        ToNumpyd ToTensord Transposed
    """,
}
_PLACES: Mapping[str, str] = {
    name: module for module, names in _GROUPS.items() for name in names.split()
}

#: Reading, writing and logging is Hounsfield's own business: the image is at hand, channels first.
NOT_NEEDED = frozenset(
    {"LoadImage", "EnsureChannelFirst", "SaveImage", "SaveClassification", "DeleteItems"}
)

#: Arguments that a class has lost since the bundle was made, and that changed nothing it computes.
_RETIRED: Mapping[str, frozenset[str]] = {"SwinUNETR": frozenset({"img_size"})}

#: Weights come from the bundle and from nowhere else.
_NEVER = frozenset({"pretrained", "pretrained_backbone", "pretrained_url", "progress"})

#: Functions whose arguments bundles give by position.
_POSITIONAL = frozenset({"resnet_fpn_feature_extractor"})

#: What may be called on an object of the bundle's.
METHODS = frozenset(
    {"to", "set_target_keys", "set_box_selector_parameters", "set_sliding_window_inferer"}
)

_NUMBERS = ("float16", "float32", "float64", "float", "uint8", "int8", "int16", "int32", "int64")
_TYPES: Mapping[str, str] = {
    f"{module}.{name}": name for module in ("torch", "numpy", "np") for name in (*_NUMBERS, "long")
}

#: Functions of torch that ask for the device; the answer is the one that the engine has chosen.
DEVICE, HAS_GPU = "torch.device", "torch.cuda.is_available"


def canonical(name: str) -> str | None:
    """The short name of an allowed class or function; None where it is not on the list."""
    module, _, last = name.rpartition(".")
    if module and not module.startswith("monai."):
        return None
    for known in (last, f"{last[:-4]}d" if last.endswith("Dict") else last):
        if known in _PLACES:
            return known
    return None


def is_not_needed(name: str) -> bool:
    """Whether a transform does what Hounsfield does itself."""
    last = name.rpartition(".")[2]
    return any(last in (short, f"{short}d", f"{short}Dict") for short in NOT_NEEDED)


def is_function(name: str) -> bool:
    """Whether an expression may call a dotted name."""
    return name in (DEVICE, HAS_GPU) or canonical(name) is not None


def is_type(name: str) -> bool:
    """Whether a dotted name is that of a type of numbers."""
    return name in _TYPES


def type_of(name: str) -> object:
    """The torch type of that name."""
    import torch

    return getattr(torch, _TYPES[name])


def place(short: str) -> tuple[str, str]:
    """Module and name of what is on the list under a short name."""
    return _PLACES[short], short


def arguments(short: str, positional: int, named: Mapping[str, object]) -> dict[str, object]:
    """The arguments that a class is given of those that a bundle gives.

    Raises
    ------
    PackageError
        Some are given by position, where a harmful one could hide.
    """
    if positional and short not in _POSITIONAL:
        raise PackageError(f"The arguments of {short} must be given by name.")
    dropped = _NEVER | _RETIRED.get(short, frozenset())
    return {name: value for name, value in named.items() if name not in dropped}
