from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from scipy import ndimage
from torch import nn

from ai.classification.familiarity import layout
from ai.classification.pipeline import Classification, classify
from ai.classification.preparation import Preparation, prepare
from ai.errors import CancelledError, ContractError, PackageError
from ai.image import Image
from ai.networks.familiarity import Familiarity
from ai.progress import Progress, silent
from tests.ai.test_explain import Bright

CPU = torch.device("cpu")
PLAIN = Preparation(side=48, mean=(0.0,), sd=(1.0,))
PARAMETERS: dict[str, Any] = {
    "preparation": PLAIN.model_dump(),
    "explained": "bright",
    "labels": ("dark", "bright"),
}


def image(voxels: np.ndarray, affine: np.ndarray | None = None) -> Image:
    return Image(voxels.astype(np.float32), np.eye(4) if affine is None else affine, "DX", "1.2.3")


def planted(rows: int = 200, columns: int = 120, at: tuple[int, int] = (50, 90)) -> np.ndarray:
    picture = np.zeros((1, rows, columns))
    picture[0, at[0] - 8 : at[0] + 8, at[1] - 8 : at[1] + 8] = 3000
    return picture


def run(
    picture: Image, networks: dict[str, nn.Module] | None = None, **changed: Any
) -> Classification:
    networks = networks or {"member_1": Bright()}
    return classify(picture, networks, {**PARAMETERS, **changed}, CPU, silent, {})


def test_probabilities_are_those_of_the_logits_and_sum_to_one():
    found = run(image(planted()))
    assert list(found.classes) == ["dark", "bright"]
    assert sum(found.classes.values()) == pytest.approx(1)


def test_a_groups_probability_is_the_sum_of_its_members():
    found = run(image(planted()), groups={"any": ("dark", "bright")}, explained="bright")
    assert found.classes["any"] == pytest.approx(1)


def test_temperature_and_bias_move_probabilities_as_calibration_says():
    logit = {T: run(image(planted()), calibration={"temperature": T}).classes for T in (1.0, 2.0)}
    odds = {T: np.log(p["bright"] / p["dark"]) for T, p in logit.items()}
    assert odds[2.0] == pytest.approx(odds[1.0] / 2)
    moved = run(image(planted()), calibration={"bias": (0, 1)}).classes
    assert np.log(moved["bright"] / moved["dark"]) == pytest.approx(odds[1.0] + 1)


def test_members_and_views_are_averaged_as_logits():
    class Constant(Bright):
        def __init__(self, value: float) -> None:
            super().__init__()
            self.value = value

        def classify(self, maps: torch.Tensor, stages: int | None = None) -> torch.Tensor:
            return super().classify(maps, stages) * 0 + torch.tensor([0.0, self.value])

    found = run(
        image(planted()), {"member_1": Constant(1), "member_2": Constant(3)}, views=(1, 0.8)
    )
    assert np.log(found.classes["bright"] / found.classes["dark"]) == pytest.approx(2, rel=1e-5)


@pytest.mark.parametrize(
    "affine",
    [
        np.diag([0.2, 0.3, 1.0, 1.0]),
        np.array([[-0.2, 0, 0, 40], [0, 0, 1, 7], [0, -0.3, 0, 90], [0, 0, 0, 1.0]]),
    ],
)
def test_the_heatmap_lies_on_what_was_seen_in_patient_millimetres(affine: np.ndarray):
    picture = image(planted(), affine)
    heatmap = run(picture).heatmap
    index = ndimage.center_of_mass(heatmap.values)
    place = heatmap.affine @ [*index[::-1], 1.0]
    expected = picture.lps((0, 49.5, 89.5))
    assert np.linalg.norm(place[:3] - expected) < 0.5


def test_the_heatmap_stays_in_place_where_borders_are_trimmed():
    picture = planted()
    framed = np.zeros((1, 240, 150))
    framed[:, 20:220, 15:135] = picture + 1 + np.random.default_rng(0).uniform(0, 500, (200, 120))
    trimmed = PLAIN.model_copy(update={"trim_borders": True}).model_dump()
    heatmap = run(image(framed), preparation=trimmed).heatmap
    row, column = np.unravel_index(heatmap.values[0].argmax(), (48, 48))
    x, y, *_ = heatmap.affine @ [column, row, 0, 1.0]
    assert (y, x) == pytest.approx((69.5, 104.5), abs=9)  # half a cell of the map


def test_a_picture_unlike_the_training_sets_is_flagged_and_a_like_one_is_not():
    guard = Familiarity.fitted(torch.tensor([[0.03], [0.04], [0.05]]), 1)
    networks = {"member_1": Bright(), "familiarity": guard}
    empty = np.linspace(0, 1, 100 * 100).reshape(1, 100, 100)
    assert run(image(empty), networks, familiar_below=10.0).reasons
    assert not run(image(planted(150, 50, (75, 25))), networks, familiar_below=1e6).reasons
    assert run(image(empty), {"member_1": Bright()}, familiar_below=10.0).reasons == ()


def test_a_picture_on_its_side_is_strange_by_its_layout():
    rng = np.random.default_rng(0)

    def lying(angle: float) -> np.ndarray:
        bar = np.zeros((60, 60))
        bar[25:35, 5:55] = 3000
        return ndimage.rotate(bar, angle, reshape=False, order=1)[None] + rng.normal(
            0, 30, (60, 60)
        )

    known = [prepare(lying(angle)[0], PLAIN).pixels for angle in rng.normal(0, 4, 40)]
    networks = {"member_1": Bright(), "layout": Familiarity.fitted(layout(np.stack(known)), 4)}
    assert not run(image(lying(3)), networks, layout_below=6.0).reasons
    (reason,) = run(image(lying(90)), networks, layout_below=6.0).reasons
    assert "in its layout" in reason


def in_colour(rgb: np.ndarray) -> Image:
    return Image(rgb.mean(-1)[None].astype(np.float32), np.eye(4), "OT", color=rgb[None])


def test_a_colour_photograph_is_flagged_for_a_model_of_grey_pictures_and_a_stamp_is_not():
    grey = np.repeat(planted()[0, ..., None] // 12, 3, axis=-1).astype(np.uint8)
    photograph, stamped = grey.copy(), grey.copy()
    photograph[..., 0] = 200
    stamped[:10, :20] = (200, 0, 0)
    assert "in colour" in run(in_colour(photograph)).reasons[0]
    assert not run(in_colour(stamped)).reasons
    assert not run(in_colour(grey)).reasons


def test_a_model_of_colour_pictures_sees_the_colour():
    class Red(Bright):
        def features(self, image: torch.Tensor, stages: int | None = None) -> torch.Tensor:
            return super().features(image[:, :1] - image[:, 2:], stages)

    colours = PLAIN.model_copy(update={"colour": True, "mean": (0.0,) * 3, "sd": (1.0,) * 3})
    red = np.zeros((60, 60, 3), np.uint8)
    red[20:40, 20:40] = (250, 40, 40)

    def bright(picture: Image) -> float:
        found = run(picture, {"member_1": Red()}, preparation=colours.model_dump())
        assert not found.reasons
        return found.classes["bright"]

    grey = image(red.mean(-1)[None])
    assert bright(in_colour(red)) > bright(in_colour(red[..., ::-1].copy()))
    assert bright(in_colour(red)) > bright(grey)


def test_a_stack_of_slices_is_refused():
    with pytest.raises(ContractError, match="5 slices"):
        run(image(np.zeros((5, 32, 32))))


@pytest.mark.parametrize(
    "changed",
    [
        {"explained": "purple"},
        {"groups": {"any": ("dark", "purple")}},
        {"calibration": {"bias": (1.0,)}},
        {"calibration": {"looked_for": (0, 1)}},
        {"calibration": {"looked_for": (2,)}},
        {"views": (0.0,)},
    ],
)
def test_parameters_that_make_no_sense_are_refused(changed: dict[str, Any]):
    with pytest.raises(PackageError):
        run(image(planted()), **changed)


def test_networks_of_another_kind_are_refused():
    with pytest.raises(PackageError):
        run(image(planted()), {"member_1": nn.Linear(1, 2)})


def test_progress_never_goes_back_and_can_stop_the_run():
    seen: list[Progress] = []
    classify(image(planted()), {"member_1": Bright()}, PARAMETERS, CPU, seen.append, {})
    assert [p.done for p in seen] == sorted(p.done for p in seen)
    assert seen[-1].done == seen[-1].total

    def stop(progress: Progress) -> None:
        if progress.stage == "explain":
            raise CancelledError("no longer wanted")

    with pytest.raises(CancelledError):
        classify(image(planted()), {"member_1": Bright()}, PARAMETERS, CPU, stop, {})


def test_the_duration_of_each_stage_is_told():
    seconds: dict[str, float] = {}
    classify(image(planted()), {"member_1": Bright()}, PARAMETERS, CPU, silent, seconds)
    assert set(seconds) == {"prepare", "network", "explain"}
    assert min(seconds.values()) > 0
