"""The study of real masks: its choices never rest on the fold they are for, and follow their rule."""

from typing import Any

import pytest

from tests.benchmarks.studies.mask_choice import FULL, PLAIN, candidates, choose, inner_scores, table
from tests.benchmarks.studies.mask_trials import AVERAGES, Recipe, config_of

FOLDS = [[f"{fold}{n}" for n in range(4)] for fold in range(5)]
BLUR = "full, no speckle or sharpness"
RUS = "full, rus trains too"
SPREAD = (-0.01, 0.0, 0.0, 0.01)


def record(name: str, pair: int, by_fold: dict[int, float], average: dict[str, float]) -> dict[str, Any]:
    """Dice of both folds that a pair leaves out, around the value of each."""
    images = [(fold, image) for fold in (pair, (pair + 1) % 5) for image in FOLDS[fold]]
    found = {
        one: {
            image: by_fold[fold] + SPREAD[int(image[1])] * len(name) / 9 + average.get(one, 0.0)
            for fold, image in images
        }
        for one in AVERAGES
    }
    return {"name": name, "pair": pair, "dice": found, "cpu_seconds": 60.0, "pictures": 33}


def records(
    values: dict[str, dict[int, float] | float], average: dict[str, float] | None = None
) -> list[dict[str, Any]]:
    return [
        record(
            name, pair, value if isinstance(value, dict) else dict.fromkeys(range(5), value), average or {}
        )
        for name, value in values.items()
        for pair in range(5)
    ]


def test_a_fold_is_chosen_for_without_its_own_pictures() -> None:
    made = records({PLAIN: 0.80, FULL: 0.85, RUS: {0: 0.99, 1: 0.8, 2: 0.8, 3: 0.8, 4: 0.8}})
    for fold in range(5):
        images = inner_scores(made, FOLDS, fold)[RUS]
        assert sorted(images) == sorted(FOLDS[(fold + 1) % 5] + FOLDS[(fold - 1) % 5])
    assert RUS not in choose(made, FOLDS, 0, ()).adopted
    assert RUS in choose(made, FOLDS, 1, ()).adopted
    assert RUS not in choose(made, FOLDS, 2, ()).adopted


def test_changes_that_gain_more_than_their_error_are_put_together() -> None:
    made = records({PLAIN: 0.80, FULL: 0.85, RUS: 0.87, BLUR: 0.86})
    choice = choose(made, FOLDS, 3, ("train.size=64",))
    assert choice.adopted == (FULL, RUS, BLUR)
    assert choice.recipe.extras == ("rus",)
    config = config_of(choice.recipe, 33, 90)
    assert (config.train.size, config.train.epochs) == (64, 18)  # 33 pictures in batches of 8
    assert (config.augment.mirror, config.augment.speckle) == (0.5, 0.0)


def test_the_plain_recipe_takes_over_what_is_no_augmentation() -> None:
    made = records({PLAIN: 0.90, FULL: 0.85, RUS: 0.87, BLUR: 0.86})
    choice = choose(made, FOLDS, 3, ())
    assert choice.adopted == (PLAIN, RUS)
    assert choice.recipe == Recipe((), ("rus",))


def test_a_candidate_that_was_not_finished_is_not_chosen() -> None:
    made = records({PLAIN: 0.80, FULL: 0.85, RUS: 0.9})
    part = [one for one in made if one["name"] != RUS or one["pair"] < 2]
    assert [RUS in choose(part, FOLDS, fold, ()).adopted for fold in range(5)] == [
        False,
        True,
        False,
        False,
        False,
    ]


def test_a_candidate_of_some_pairs_is_compared_in_these() -> None:
    made = records({PLAIN: 0.80, FULL: {0: 0.9, 1: 0.9, 2: 0.9, 3: 0.5, 4: 0.5}, RUS: 0.9})
    part = [one for one in made if one["name"] != RUS or one["pair"] < 2]
    row = table(part)[RUS]
    assert row["pairs"] == 2
    assert row["minus_full"]["value"] == pytest.approx(0)
    assert table(part)[FULL]["minus_full"] is None


def test_the_table_tells_gains_with_intervals_over_all_pictures() -> None:
    row = table(records({PLAIN: 0.80, FULL: 0.85}, {"mirrored": 0.02}))[PLAIN]
    assert row["dice"]["single"] == pytest.approx(0.80)
    assert row["minus_full"]["value"] == pytest.approx(-0.05)
    assert row["minus_full"]["low"] < -0.05 < row["minus_full"]["high"]
    assert row["averages_minus_single"]["mirrored"]["value"] == pytest.approx(0.02)
    assert row["averages_minus_single"]["scaled"]["value"] == 0


def test_every_candidate_is_one_change_of_settings_that_exist() -> None:
    made = candidates(("train.size=32", "train.average=0.9"))
    assert len({str(config_of(one, 33, 100)) + str(one.extras) for one in made.values()}) == len(made)
