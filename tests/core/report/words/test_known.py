from dataclasses import replace

from livernet.core.report.collect import Run
from livernet.core.report.words.known import know
from tests.core.report.words.told import known, with_settings


def test_settings_results_and_names(cv_run: Run) -> None:
    told = known(with_settings(cv_run, model_depth=4), summary={"models": {"livernet": {"folds": []}}})
    assert (told.kind, told.networks, told.phantom) == ("cv", ("livernet",), False)
    assert (told.setting("model.depth"), told.setting("model.norm")) == (4, None)
    assert list(told.models) == ["livernet"]
    assert told.model == {"folds": []}
    assert told.named("sites") == ["Hospital 0", "Hospital 1"]
    assert told.audits == ()


def test_nothing_is_known_of_an_empty_document(cv_run: Run) -> None:
    told = know(replace(cv_run, cohort=None, facts={"kind": "train"}), {})
    assert (told.networks, told.models, told.model, told.named("sites")) == ((), {}, None, [])
    assert (told.setting("train.epochs"), told.phantom, told.preprocessing) == (None, False, {})
