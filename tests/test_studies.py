"""The studies: their draws, their swapped parts, their arithmetic, and the page held to the results."""

import dataclasses
from collections import Counter
from pathlib import Path

import pytest
import torch

from livernet.core.config import Config
from livernet.core.data.loader import load_tensors
from livernet.core.data.manifest import Cohort, Row
from livernet.core.device import choose_device
from livernet.core.model.registry import build_model
from livernet.core.presets import load_config
from livernet.core.stages import Grouping
from tests.benchmarks.studies import ablation, claims
from tests.benchmarks.studies.draws import draw_order, rows_of
from tests.benchmarks.studies.effects import summarise
from tests.benchmarks.studies.swaps import SWAPS
from tests.benchmarks.studies.tables import PAGE, tables
from tests.benchmarks.studies.trials import MEASURES, Trial, run_trials, score
from tests.tiny_cohort import make_cohort

CPU = choose_device("cpu")
TINY = ("train.size=32", "model.width=2", "train.epochs=1")


def rows(patients: int) -> list[Row]:
    stages = [0, 1, 1, 2, 3, 3, 4, 4]
    return [
        Row(image=f"images/{p}-{n}.png", patient=f"P{p:03d}", stage=stages[p % len(stages)])
        for p in range(patients)
        for n in range(1 + p % 2)
    ]


def test_every_first_part_of_a_draw_has_the_mix_of_stages() -> None:
    cohort = rows(160)
    stages = {row.patient: row.stage for row in cohort}
    order = draw_order(cohort, 3)
    assert sorted(order) == sorted(stages)
    assert order == draw_order(cohort, 3)
    assert order != draw_order(cohort, 4)
    counts = Counter(stages[patient] for patient in order[:40])
    assert all(abs(counts[stage] - share) <= 2 for stage, share in {0: 5, 1: 10, 2: 5, 3: 10, 4: 10}.items())
    taken = rows_of(cohort, order[:40])
    assert {cohort[place].patient for place in taken} == set(order[:40])


def test_no_patient_is_both_learnt_from_and_tested() -> None:
    cohort = rows(480)
    made = [
        ablation.make_trial("x", ablation.Variant(), 1, cohort[:400], "quick"),
        *(claims.make_trial("x", (), 1, cohort, size, "quick") for size in claims.SIZES),
    ]
    for trial in made:
        learnt, tested = ({cohort[place].patient for place in part} for part in (trial.train, trial.test))
        assert learnt
        assert tested
        assert not learnt & tested
    assert len({trial.test for trial in made[1:]}) == 1


@pytest.mark.parametrize("name", list(SWAPS))
def test_a_swapped_part_keeps_the_shapes_and_learns(name: str) -> None:
    config = load_config("quick", None, TINY)
    plain = build_model(config)
    network = SWAPS[name](build_model(config), config)
    x = torch.randn(2, 1, 32, 32)
    output, expected = network(x), plain(x)
    assert output.class_logits_BK.shape == expected.class_logits_BK.shape
    assert [m.shape for m in output.mask_logits] == [m.shape for m in expected.mask_logits]
    (output.class_logits_BK.sum() + sum(m.sum() for m in output.mask_logits)).backward()
    assert all(value.grad is not None for value in network.parameters())
    if name:
        own, other = ({k: v.shape for k, v in one.state_dict().items()} for one in (plain, network))
        assert own != other


def test_the_bilinear_part_enlarges_as_the_own_one_does_where_nothing_varies() -> None:
    config = load_config("quick", None, TINY)
    plain = build_model(config)
    own = plain.expand[0].first.conv  # type: ignore[union-attr, index]
    merge = SWAPS["bilinear"](build_model(config), config).expand[0].first.conv  # type: ignore[union-attr, index]
    merge.conv.load_state_dict({"weight": own.weight})
    deep, skip = torch.ones(1, own.deep, 4, 4), torch.ones(1, own.weight.shape[1] - own.deep, 8, 8)
    assert torch.allclose(merge(deep, skip), own(deep, skip), atol=1e-4)


def test_a_difference_is_that_of_the_same_seeds() -> None:
    def found(seed: int, value: float | None) -> dict[str, object]:
        scores = dict.fromkeys(MEASURES, value) | {"seed": seed, "seconds": 1.0}
        return scores | ({"failed": "no number"} if value is None else {})

    reference = [found(0, 0.5), found(1, 0.7), found(2, 0.9)]
    better = [found(0, 0.6), found(1, 0.8), found(2, 1.0)]
    summary = summarise(better, reference)
    assert summary["dice"]["difference"] == {"value": 0.1, "low": 0.1, "high": 0.1}
    assert summary["dice"]["mean"] == pytest.approx(0.8)
    uneven = summarise([found(0, 0.6), found(1, None), found(2, 1.2)], reference)
    assert uneven["failed"] == 1
    # differences 0.1 and 0.3: 0.2 +- 12.706 * 0.1414 / 1.414
    assert uneven["dice"]["difference"]["low"] == pytest.approx(0.2 - 1.2706, abs=1e-3)


@pytest.fixture
def cohort(tmp_path: Path) -> Cohort:
    return make_cohort(tmp_path / "cohort", (0, 2, 4, 1, 3, 4), images=2)


def tiny_trial(cohort: Cohort, **more: object) -> Trial:
    places = tuple(range(len(cohort.rows)))
    values = {"variant": "x", "seed": 0, "config": load_config("quick", None, TINY)}
    return Trial(**{**values, "train": places[::2], "test": places[1::2], **more})  # type: ignore[arg-type]


def test_a_trial_is_known_by_what_decides_it(cohort: Cohort) -> None:
    trial = tiny_trial(cohort)
    key = trial.key(cohort)
    assert key == dataclasses.replace(trial, variant="another name").key(cohort)
    assert key != dataclasses.replace(trial, train=trial.train[1:]).key(cohort)
    assert key != dataclasses.replace(trial, config=Config()).key(cohort)
    assert key != dataclasses.replace(trial, swap="bilinear").key(cohort)


def test_a_training_that_fails_has_no_scores(cohort: Cohort) -> None:
    config = load_config("quick", None, [*TINY, "train.epochs=3", "train.lr=1e30", "train.precision=fp32"])
    tensors = load_tensors(cohort, Grouping.parse("3"), 32, CPU.torch)
    found = score(tiny_trial(cohort, config=config), cohort, tensors, CPU)
    assert "no longer a finite number" in found["failed"]
    assert found["dice"] is None


def test_a_study_goes_on_where_it_was(cohort: Cohort, tmp_path: Path) -> None:
    trial, file = tiny_trial(cohort), tmp_path / "trials.jsonl"
    first = run_trials([trial], cohort, file, workers=1, device="cpu")
    assert 0 <= first["x"][0]["dice"] <= 1
    text = file.read_text()
    assert run_trials([trial], cohort, file, workers=1, device="cpu") == first
    assert file.read_text() == text


def test_the_page_shows_what_was_measured() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for name, table in tables().items():
        assert f"<!-- {name} -->\n\n{table}\n\n<!-- end of {name} -->" in page
