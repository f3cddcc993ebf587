"""The benchmarks of speed: the plain network is livernet's, rounds alternate, results say what they are."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from livernet.core.config import LossConfig, ModelConfig
from livernet.core.model.livernet import LiverNet
from livernet.core.train.losses import Targets, multi_task_loss
from tests.benchmarks import contest, machine, rounds, speed_table
from tests.benchmarks.epoch import make_cohort
from tests.benchmarks.peers.augmented import make_loader
from tests.benchmarks.peers.line import Settings
from tests.benchmarks.peers.network import PlainNet, loss_of
from tests.benchmarks.peers.on_torch import gflop
from tests.benchmarks.rounds import Contestant, compete, ratios


@pytest.mark.parametrize("norm", ["instance", "none"])
def test_the_plain_network_answers_as_livernet_with_its_weights(norm: str) -> None:
    torch.manual_seed(0)
    ours = LiverNet(3, ModelConfig(width=4, norm=norm)).eval()  # type: ignore[arg-type]
    plain = PlainNet(4, norm).eval()
    plain.load_state_dict(ours.state_dict())
    image, mask, class_B = torch.randn(2, 1, 64, 64), torch.rand(2, 1, 64, 64).round(), torch.tensor([2, 0])
    found, expected = plain(image), ours(image)
    for logits, wanted in zip((*found[0], found[1]), (*expected.mask_logits, expected[1]), strict=True):
        torch.testing.assert_close(logits, wanted, rtol=1e-4, atol=1e-4)
    targets = Targets(mask, torch.ones(2, dtype=torch.bool), class_B)
    wanted = multi_task_loss(expected, targets, LossConfig()).total
    torch.testing.assert_close(loss_of(found, mask, class_B), wanted, rtol=1e-4, atol=1e-4)


def test_the_plain_network_has_the_flops_on_paper() -> None:
    counted = gflop(PlainNet(16, "none"), loss_of, Settings(task="step", batch=1, norm="none"))
    assert counted["gflop_forward"] == pytest.approx(56, abs=0.5)
    assert counted["gflop_training"] == pytest.approx(167, abs=0.5)


def test_rounds_alternate_and_are_measured(capsys: pytest.CaptureFixture[str]) -> None:
    settings = {"task": "step", "size": 32, "width": 1, "norm": "none", "batch": 1}
    found = compete(contest.contestants(["plain"], Path(sys.executable), **settings), rounds=2)
    assert list(found) == ["livernet fp32", "livernet bf16", "plain"]
    for facts in found.values():
        assert len(facts["seconds"]["all"]) == 2
        assert 0 < facts["seconds"]["min"] <= facts["seconds"]["median"] <= facts["seconds"]["max"]
        assert facts["memory_mb"] >= facts["memory_mb_before"] > 0
        assert facts["versions"]["torch"] == torch.__version__
    assert found["plain"]["parameters"] == found["livernet fp32"]["parameters"]
    assert ratios(found, "plain")["plain"]["all"] == [1.0, 1.0]
    assert "round 2 of 2" in capsys.readouterr().err


def test_a_worker_that_stops_says_why() -> None:
    broken = Contestant(
        name="odd",
        module="plain",
        python=Path(sys.executable),
        settings=Settings(task="step", norm="odd", width=0),
    )
    with pytest.raises(SystemExit, match=r"(?s)odd stopped:.*Error"):
        compete([broken], rounds=1)


def test_a_disturbed_round_is_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    class Disturbed:
        answers = iter([{"disturbed": 0.9}, {"disturbed": 0.5}, {"disturbed": 0.01}, {"disturbed": 0.0}])

        def round(self, _: int) -> dict[str, float]:
            return next(self.answers)

    monkeypatch.setattr(rounds.time, "sleep", lambda _: None)
    found, left = rounds.quiet_round(Disturbed(), 1, 60)  # type: ignore[arg-type]
    assert found == {"disturbed": 0.01}
    assert 0 <= left < 60


def test_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    class Busy:
        def round(self, _: int) -> dict[str, float]:
            return {"disturbed": 1.0}

    assert rounds.quiet_round(Busy(), 1, 0) == ({"disturbed": 1.0}, 0)  # type: ignore[arg-type]


def test_the_cohort_of_an_epoch_is_augmented_as_a_pair(tmp_path: Path) -> None:
    file = tmp_path / "cohort"
    make_cohort(file, 6, 64)
    assert set(np.load(file)["classes"]) == {0, 1, 2}
    images, masks, classes = next(iter(make_loader(Settings(task="epoch", file=str(file), batch=6))))
    assert images.shape == masks.shape == (6, 1, 64, 64)
    assert sorted(classes.tolist()) == [0, 0, 1, 1, 2, 2]
    inside, outside = images[masks == 1].mean(), images[masks == 0].mean()
    assert inside > outside + 0.3


def test_the_machine_is_described() -> None:
    found = machine.describe(["torch"])
    assert found["machine"]["cores"] >= 1
    assert found["packages"] == {"torch": torch.__version__.partition("+")[0]}
    assert json.loads(json.dumps(found)) == found


def test_what_was_not_measured_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed_table, "RESULTS", tmp_path)
    rows = speed_table.markdown().splitlines()[2:]
    assert len(rows) == 20
    assert all(row.endswith("| not measured |") for row in rows)
