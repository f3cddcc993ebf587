from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from livernet.core.audits.attribution import attribute, audit_attribution
from livernet.core.config import StageLoss
from livernet.core.data.loader import Normalisation
from livernet.core.model.livernet import Output
from livernet.core.presets import load_config
from livernet.core.train.checkpoint import ModelCard
from tests.tiny_cohort import SIDE, liver, make_cohort, tiny_config
from tests.tiny_run import save_fold

CARD = ModelCard(
    config=tiny_config(), normalisation=Normalisation(mean=0.0, std=1.0), cohort_sha256="", trained_on=()
)


class Looks(nn.Module):
    """Names a class by the brightness of one part of the picture."""

    def __init__(self, part_SS: np.ndarray) -> None:
        super().__init__()
        self.part = torch.from_numpy(part_SS.astype(np.float32))

    def forward(self, image_B1HW: Tensor) -> Output:
        total_B = (image_B1HW * self.part).sum((1, 2, 3))
        return Output(mask_logits=(), class_logits_BK=torch.stack([total_B, -total_B], 1))


def test_gradient_times_input_lies_where_the_answer_comes_from() -> None:
    grey = np.full((SIDE, SIDE), 51, np.uint8)
    traced = attribute(Looks(liver()), CARD, grey)
    assert traced == pytest.approx(np.where(liver(), 0.2, 0.0))


@pytest.fixture
def cohort(tmp_path: Path) -> Iterator[object]:
    return make_cohort(tmp_path / "cohort", (0, 2, 4) * 4)


@pytest.mark.parametrize(
    ("inside", "state", "words"),
    [(True, "passed", "look at the liver"), (False, "caution", "look elsewhere")],
)
def test_where_networks_look_is_told(
    tmp_path: Path, cohort: object, monkeypatch: pytest.MonkeyPatch, inside: bool, state: str, words: str
) -> None:
    part = liver() if inside else ~liver()
    card = ModelCard(**{**CARD.__dict__, "config": tiny_config(size=SIDE)})
    monkeypatch.setattr("livernet.core.audits.attribution.load_model", lambda *_: (Looks(part), card))
    tests = (tuple(range(6)), tuple(range(6, 12)))
    audit = audit_attribution([tmp_path] * 2, tests, cohort, lambda row: cohort.folder / row.mask, 0)
    assert audit.state == state
    assert words in audit.verdict
    assert audit.numbers["images"] == 12
    assert audit.numbers["inside"] == pytest.approx(1.0 if inside else 0.0, abs=1e-6)


def test_networks_without_masks_or_stages_are_not_asked(tmp_path: Path, cohort: object) -> None:
    model = tmp_path / "model.safetensors"
    save_fold(model, (), 0)
    nobody = audit_attribution([model], [range(12)], cohort, lambda _: None, 0)
    assert (nobody.state, nobody.verdict) == ("not run", "No tested pictures have a mask of the liver.")
    save_fold(model, (), 0, {"loss_class": None})
    masks = audit_attribution([model], [range(12)], cohort, lambda row: cohort.folder / row.mask, 0)
    assert (masks.state, masks.verdict) == ("not run", "The networks did not learn to name stages.")


@pytest.mark.parametrize("form", get_args(StageLoss))
def test_a_real_network_gives_shares(tmp_path: Path, cohort: object, form: StageLoss) -> None:
    save_fold(tmp_path / "model.safetensors", (), 0, stage=form, size=32)
    audit = audit_attribution(
        [tmp_path / "model.safetensors"], [range(12)], cohort, lambda row: cohort.folder / row.mask, 0
    )
    assert 0 < audit.numbers["inside"] < 1
    assert audit.numbers["area"] == pytest.approx(0.35, abs=0.2)


def test_a_network_that_sees_patches_alone_is_not_asked(
    tmp_path: Path, cohort: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = load_config("quick", None, ["model.name=vgg16"])
    card = ModelCard(**{**CARD.__dict__, "config": config})
    monkeypatch.setattr("livernet.core.audits.attribution.load_model", lambda *_: (Looks(liver()), card))
    audit = audit_attribution([tmp_path], [(0, 1)], cohort, lambda row: None, 0)
    assert (audit.state, audit.verdict) == ("not run", "vgg16 sees patches alone.")
