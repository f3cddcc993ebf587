import io
from dataclasses import replace

import pytest
from rich.console import Console

from livernet.cli.epoch_bar import EpochBar, figures, held_out
from livernet.core.data.predictions import Prediction
from livernet.core.train.loop import EpochMetrics

EPOCH = EpochMetrics(
    epoch=3, seconds=1.0, loss=1.25, loss_fine=0.3, loss_middle=0.3, loss_coarse=0.3, loss_class=0.5,
    dice=0.912, accuracy=0.5, micro=8,
)  # fmt: skip


def prediction(true_class: int | None, dice: float | None) -> Prediction:
    return Prediction(
        model="livernet", fold=0, seed=0, image="a", patient="p", stage=None, true_class=true_class,
        probabilities=(0.2, 0.5, 0.3), predicted=1, dice=dice,
    )  # fmt: skip


def test_an_epoch_in_words_leaves_out_what_has_no_label() -> None:
    assert figures(EPOCH) == "loss 1.250, Dice 0.91, accuracy 50 %"
    empty = {"dice": None, "accuracy": None}
    assert figures(EpochMetrics(**(EPOCH.to_dict() | empty))) == "loss 1.250"  # type: ignore[arg-type]


def test_a_fold_in_words() -> None:
    rows = [prediction(1, 0.8), prediction(0, 0.9), prediction(None, None)]
    assert held_out(rows) == "3 images held out, 1 of 2 right, Dice 0.85"
    assert held_out(rows[2:]) == "1 images held out"


def test_epochs_are_told_rarely_where_there_is_no_terminal() -> None:
    console = Console(file=io.StringIO(), width=100)
    with EpochBar(console) as watch:
        watch.epoch(EPOCH)
        assert console.file.getvalue() == ""  # type: ignore[attr-defined]
        watch._told -= 61
        watch.epoch(EPOCH)
        watch.epoch(EPOCH)
    assert console.file.getvalue() == "  epoch 3/0: loss 1.250, Dice 0.91, accuracy 50 %\n"  # type: ignore[attr-defined]


def test_a_terminal_has_a_bar_that_goes_away() -> None:
    console = Console(file=io.StringIO(), width=120, force_terminal=True)
    with EpochBar(console) as watch:
        watch.epoch(EPOCH)
        watch._bar.refresh()
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "Dice 0.91" in text
    assert text.rstrip().endswith("\x1b[2K") or "\x1b[?25h" in text


def test_what_gave_way_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    with EpochBar(Console(file=io.StringIO(), width=100)) as watch:
        for notice in ("", "out of memory: 4 images", "out of memory: 4 images"):
            watch.epoch(replace(EPOCH, notice=notice))
    assert capsys.readouterr().err == "note: out of memory: 4 images\n"
    assert "notice" not in EPOCH.to_dict()
    assert replace(EPOCH, notice="so").to_dict()["notice"] == "so"
