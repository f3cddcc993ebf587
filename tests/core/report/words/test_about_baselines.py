from dataclasses import replace
from typing import Any

import pytest

from livernet.core.report.collect import Run
from livernet.core.report.words import about_baselines
from livernet.core.report.words.references import without_citations
from tests.core.report.words.told import known, whole, with_settings

SHA = "ab" * 32


@pytest.fixture
def run(cv_run: Run) -> Run:
    facts = {
        "models": ["livernet", "vgg16", "vgg19"],
        "weights": {
            "vgg16": {"source": "ImageNet, vgg16-397923af.pth", "sha256": SHA},
            "vgg19": {"source": "own.pth", "sha256": SHA},
        },
        "patches": {
            "vgg16": {
                "training": {"mask": 10, "sector": 2, "whole": 0, "centred": 1},
                "test": {"sector": 12},
            },
            "vgg19": {"training": {"mask": 12}, "test": {"mask": 11, "sector": 1}},
        },
    }
    plain = whole(cv_run)
    return replace(plain, facts={**plain.facts, **facts})


def test_what_they_are_and_what_they_saw(run: Run) -> None:
    text = without_citations(about_baselines.described(known(run)))
    assert "VGG16 and VGG19 with new fully connected layers were the baselines, run on the same folds" in text
    assert "a hidden layer of 256 units with dropout (probability 0.5)" in text
    assert "16 patches of 64 × 64 pixels of each picture of 512 × 512 pixels" in text
    assert "score" not in text
    ordered = about_baselines.described(known(with_settings(run, loss_stage="ordinal")))
    assert "That layer led to one score, shared by the ascending thresholds" in ordered
    whole_pictures = with_settings(run, vgg_input="whole", vgg_dropout=0.0)
    text = about_baselines.described(known(whole_pictures))
    assert "They saw whole pictures." in text
    assert "dropout" not in text


def test_where_their_patches_came_from(run: Run) -> None:
    first, second = about_baselines.places(run)
    assert first == (
        "vgg16: patches to learn from lay inside the given masks (10 images) and in the whole sector "
        "(2 images, which had no mask); patches to answer by lay in the whole sector (12 images); in 1 "
        "training image no patch fits inside, and the one centred there stands for all."
    )
    assert second == (
        "vgg19: patches to learn from lay inside the given masks (12 images); patches to answer by lay "
        "inside the masks that livernet predicted, never in given ones (11 images) and in the whole sector "
        "(1 image, which had no mask)."
    )


def test_where_their_features_began(run: Run) -> None:
    text = about_baselines.beginning(known(run))
    assert "Their features were pretrained (VGG16: ImageNet, vgg16-397923af.pth; VGG19: own.pth)." in text
    assert "only the new layers were trained" in text
    random = {"vgg16": {"source": "none: random numbers", "sha256": SHA}}
    tuned = with_settings(replace(run, facts={**run.facts, "weights": random}), vgg_features="tuned")
    text = about_baselines.beginning(known(tuned))
    assert text == "The features of VGG16 began with random weights. All layers were trained."


@pytest.mark.parametrize("patches", [None, {"vgg16": 3}, {"vgg16": {"test": {"mask": "x"}}}])
def test_a_run_without_or_with_damaged_facts_says_nothing(cv_run: Run, patches: Any) -> None:
    damaged = replace(cv_run, facts={**cv_run.facts, "patches": patches})
    assert about_baselines.places(damaged) == []
    assert about_baselines.described(known(damaged)) == ""
    assert about_baselines.beginning(known(damaged)) == ""
