from dataclasses import replace

import pytest

from livernet.core.report.collect import Run
from livernet.core.report.words import about_model
from livernet.core.report.words.references import without_citations
from tests.core.report.words.told import known, whole, with_settings

MASKS = (
    "pixel-wise binary cross-entropy of the liver mask at full, half and quarter resolution (weights 1, 0.5 "
    "and 0.25)"
)
CLASSES = "binary cross-entropy summed over the softmax class probabilities (weight 1)"
ORDERED = "the negative log-likelihood of the class in a cumulative link model of ordered classes"
HAVE = "that had its label."
AUGMENTED = "Training images were augmented anew in every epoch by random"


@pytest.fixture
def run(cv_run: Run) -> Run:
    return whole(cv_run)


@pytest.mark.parametrize(
    ("settings", "holds", "lacks"),
    [
        ({}, ["5 resolutions", "32 channels", "to 512 at the deepest", "instance norm"], ["batch norm"]),
        ({"model_depth": 4, "model_width": 8}, ["4 resolutions", "to 64 at the deepest"], []),
        ({"model_norm": "none"}, ["maxout units"], ["normalisation"]),
        ({"model_norm": "batch"}, ["batch normalisation"], ["instance"]),
        ({"model_norm": "group"}, ["group normalisation"], ["instance"]),
        ({"model_dropout": 0.0}, ["with dropout (probability 0.5)"], ["probability 0.1"]),
        ({"model_head_dropout": 0.0}, ["dropout (probability 0.1)"], ["with dropout"]),
        ({"model_pool": "image"}, ["over the whole image"], ["by the network itself"]),
        ({"model_pieces": 3}, ["maxout units of 3 linear pieces"], []),
        ({"model_head_width": 1}, ["a hidden layer of 1 maxout unit with"], []),
    ],
)
def test_the_network_follows_its_settings(
    run: Run, settings: dict[str, object], holds: list[str], lacks: list[str]
) -> None:
    text = without_citations(about_model.network(known(with_settings(run, **settings))))
    assert all(part in text for part in holds), text
    assert not any(part in text for part in lacks), text


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, f"The loss was the weighted sum of {MASKS} and {CLASSES}; each term used the images {HAVE}"),
        (
            {"loss_fine": 0, "loss_middle": 0, "loss_coarse": 0, "loss_stage": "equation7-sigmoid"},
            "The loss was binary cross-entropy summed over the sigmoid class probabilities (weight 1).",
        ),
        (
            {"loss_fine": 0, "loss_middle": 0, "loss_coarse": 0, "loss_stage": "cross-entropy"},
            "The loss was cross-entropy of the softmax class probabilities (weight 1).",
        ),
        (
            {"loss_fine": 0, "loss_middle": 0, "loss_coarse": 0, "loss_stage": "ordinal"},
            f"The loss was {ORDERED} (weight 1).",
        ),
        (
            {"loss_middle": 0, "loss_coarse": 0, "loss_stage_weight": 0},
            "The loss was pixel-wise binary cross-entropy of the liver mask at full resolution (weight 1).",
        ),
    ],
)
def test_the_loss_names_the_terms_that_have_a_weight(
    run: Run, settings: dict[str, object], expected: str
) -> None:
    assert without_citations(about_model.loss(known(with_settings(run, **settings)))) == expected


@pytest.mark.parametrize(
    ("form", "source"),
    [
        ("equation7", "[@kang2020]"),
        ("equation7-sigmoid", "[@kang2020]"),
        ("cross-entropy", "[@bridle1990]"),
        ("ordinal", "[@mccullagh1980]"),
    ],
)
def test_every_form_of_the_class_term_has_its_source(run: Run, form: str, source: str) -> None:
    given = known(with_settings(run, loss_stage=form))
    assert source in about_model.loss(given)
    ordered = "one score, shared by the ascending thresholds between each class and the next [@cao2020]."
    assert (ordered in about_model.network(given)) == (form == "ordinal")


def test_where_the_class_head_looked_follows_weights_and_masks(run: Run) -> None:
    def network(run: Run, **more: object) -> str:
        return without_citations(about_model.network(known(run, **more)))

    own, image = "over the liver as outlined by the network itself", "each, over the whole image, led to"
    assert f"{own}, led to" in network(run)
    assert own in network(with_settings(run, loss_coarse=0))
    assert image in network(with_settings(run, loss_fine=0, loss_middle=0, loss_coarse=0))
    assert image in network(run, cohort={"masks": 0, "stages": []})
    curves = {"livernet": {0: [{"loss_fine": 0.3}], 1: [{"loss_fine": None}], 2: []}}
    told = network(replace(run, curves=curves))
    assert f"{own} (in 1 fold without masks to learn from, over the whole image), led to" in told
    answers = {**run.facts, "kind": "predict", "learnt": {"stages": True, "mask": False}}
    assert own in network(replace(run, facts=answers))  # whose settings say how it came out


def test_training_says_optimiser_epochs_and_weights_kept(run: Run) -> None:
    text = without_citations(about_model.training(known(run)))
    assert "Adadelta (learning rate 1, ρ 0.95, ε 1e-07) for 250 epochs in batches of 8 images." in text
    assert "the weights of the last epoch were kept" in text
    one = about_model.training(known(with_settings(run, train_epochs=1, train_batch=1, train_average=0.9)))
    assert "for 1 epoch in batches of 1 image." in one
    assert "moving average of the weights (decay 0.9 per step) was kept" in one


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"augment_shift": 0, "augment_rotate": 0, "augment_scale": 0}, "No augmentation was used."),
        ({"augment_shift": 0, "augment_scale": 0}, f"{AUGMENTED} rotations (up to 20°)."),
        (
            {"augment_gain": 0.3, "augment_shift": 0, "augment_scale": 0},
            f"{AUGMENTED} rotations (up to 20°) and changes of gain (up to 30 %).",
        ),
        (
            {"augment_mirror": 0.5, "augment_shift": 0, "augment_scale": 0},
            f"{AUGMENTED} rotations (up to 20°) and mirroring (a share of 0.5).",
        ),
    ],
)
def test_augmentation_names_what_was_used(run: Run, settings: dict[str, object], expected: str) -> None:
    assert about_model.augmentation(known(with_settings(run, **settings))) == expected


def test_other_networks_are_left_for_the_authors_to_describe(run: Run) -> None:
    other = known(replace(run, facts={**run.facts, "models": ["resnet"]}))
    assert about_model.network(other) == "The network was resnet [describe it]."
    assert about_model.initialisation(other) == ""
    both = known(replace(run, facts={**run.facts, "models": ["livernet", "resnet"]}))
    assert about_model.network(both).endswith("resnet [describe] was run on the same folds.")
    assert about_model.brief(both).endswith("On the same folds: resnet.")


def test_baselines_are_described_beside_the_network_or_alone(run: Run) -> None:
    both = known(replace(run, facts={**run.facts, "models": ["livernet", "vgg16"]}))
    text = without_citations(about_model.network(both))
    assert text.startswith("A fully convolutional network after Kang et al.")
    assert "VGG16 with new fully connected layers was the baseline, run on the same folds" in text
    assert "[describe" not in text
    assert about_model.augmentation(both).endswith(
        "; those of the baselines, whose features were computed once, were not."
    )
    alone = known(replace(run, facts={**run.facts, "models": ["vgg16"]}))
    assert without_citations(about_model.network(alone)).startswith("VGG16 with new fully connected layers")
    assert about_model.augmentation(alone).startswith("No augmentation was used")
    assert "mask" not in about_model.loss(alone)
    told = "vgg16: VGG features and, after Meng et al., new fully connected layers."
    assert about_model.brief(alone) == told
    tuned = with_settings(replace(run, facts={**run.facts, "models": ["vgg16"]}), vgg_features="tuned")
    assert about_model.augmentation(known(tuned)).startswith(AUGMENTED)


def test_a_run_without_settings_says_nothing(cv_run: Run) -> None:
    bare = known(replace(cv_run, facts={**cv_run.facts, "config": {}, "libraries": None, "version": None}))
    for write in (about_model.network, about_model.loss, about_model.training, about_model.software):
        assert write(bare) == ""


def test_software_names_versions(run: Run) -> None:
    text = about_model.software(known(run))
    assert text.startswith("Analyses used livernet ")
    assert "PyTorch " in text
    assert text.endswith("run on CPU (1 thread).")


def test_what_was_not_taught_is_not_told(run: Run) -> None:
    classes = known(with_settings(run, loss_fine=0, loss_middle=0, loss_coarse=0))
    assert "Kang et al. graded fibrosis. It" in without_citations(about_model.network(classes))
    assert "Masks were predicted" not in about_model.network(classes)
    masks = without_citations(about_model.network(known(with_settings(run, loss_stage_weight=0))))
    assert "Kang et al. outlined the liver. It" in masks
    assert "The class was read" not in masks
    bare = known(run, cohort={"masks": 0, "stages": []})
    assert "graded fibrosis. It" in without_citations(about_model.network(bare))
    assert "mask" not in about_model.loss(bare)
