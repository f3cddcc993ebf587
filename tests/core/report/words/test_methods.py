import re
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from livernet.core.report.collect import Run, load_run
from livernet.core.report.document import flatten
from livernet.core.report.words.methods import methods
from tests.core.report.words.told import described, whole, with_settings
from tests.fake_run import make_predict, make_train


def test_a_cross_validation_is_told_from_cohort_to_software(cv_run: Run) -> None:
    found = methods(*described(whole(cv_run)))
    assert [part["title"] for part in found["parts"]] == [
        "Patients and images",
        "Preparation of images",
        "Network",
        "Training",
        "Division of the data",
        "Evaluation",
        "Statistics",
        "Software",
    ]
    assert "[State the setting and period" in found["text"]
    assert found["references"][0].startswith("Kang SH")


def test_every_reference_is_cited_once_in_order_and_every_citation_has_one(cv_run: Run) -> None:
    found = methods(*described(whole(cv_run)))
    numbers = [int(number) for number in re.findall(r"\[(\d+)\]", found["text"])]
    assert list(dict.fromkeys(numbers)) == list(range(1, len(found["references"]) + 1))
    assert "[@" not in found["text"]


def test_nothing_is_cited_that_was_not_used(cv_run: Run) -> None:
    plain = with_settings(whole(cv_run), model_norm="none")
    found = methods(*described(plain))
    assert not any("normalization" in reference for reference in found["references"])
    assert not any("McNemar" in reference or "DeLong" in reference for reference in found["references"])


def test_a_train_run_tells_no_results(tmp_path: Path, cohort: Path) -> None:
    found = methods(*described(whole(load_run(make_train(tmp_path / "t", cohort, holdout=0.0)))))
    titles = [part["title"] for part in found["parts"]]
    assert "Evaluation" not in titles
    assert "Statistics" not in titles
    assert "none was held out" in found["text"]


def test_an_external_test_tells_of_the_networks_applied(tmp_path: Path, cohort: Path) -> None:
    found = methods(*described(whole(load_run(make_predict(tmp_path / "p", cohort, files=3)))))
    assert "3 networks trained before were applied without change" in found["text"]
    assert "fold" not in next(p["text"] for p in found["parts"] if p["title"] == "Division of the data")


def test_a_run_that_knows_nothing_still_asks(cv_run: Run) -> None:
    bare = replace(
        cv_run, facts={"kind": "cv"}, splits=None, cohort=None, cohort_reason="gone", predictions=()
    )
    found = methods(bare, {})
    assert [part["title"] for part in found["parts"]] == ["Patients and images"]
    assert found["references"] == []


@pytest.mark.parametrize(
    ("norm", "dropout", "weight"), list(product(["none", "batch"], [0.0, 0.2], [0.0, 0.5]))
)
def test_no_sentence_is_empty_or_broken(cv_run: Run, norm: str, dropout: float, weight: float) -> None:
    run = with_settings(
        whole(cv_run), model_norm=norm, model_dropout=dropout, loss_middle=weight, augment_gain=weight
    )
    text = methods(run, {"settings": flatten(run.facts["config"])})["text"]
    assert not re.search(r"None|\(\)|  | ,| \.|\.\.|with\.|, and\.|and ,", text), text
    assert ("normalisation" in text) == (norm == "batch")
    assert ("probability 0.2" in text) == (dropout > 0)
    assert ("half resolution" in text or "half and quarter resolution (weights" in text) == (weight > 0)
