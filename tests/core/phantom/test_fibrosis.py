import numpy as np

from livernet.core.phantom.fibrosis import draw_score, draw_traits


def test_the_biopsy_reads_the_score_with_error() -> None:
    rng = np.random.default_rng(0)
    drawn = [draw_score(rng) for _ in range(4000)]
    right = np.mean([min(int(score), 4) == stage for score, stage in drawn])
    assert 0.55 < right < 0.65
    assert {stage for _, stage in drawn} == {0, 1, 2, 3, 4}
    assert max(abs(score - 0.5 - stage) for score, stage in drawn) > 1.5


def test_every_sign_follows_the_score() -> None:
    rng = np.random.default_rng(1)
    mild, severe = ([draw_traits(rng, score, 0.0) for _ in range(200)] for score in (0.3, 4.7))
    for sign in ("texture_db", "texture_mm", "septa_db", "nodularity_mm", "blunting_mm", "attenuation"):
        assert np.mean([getattr(t, sign) for t in severe]) > np.mean([getattr(t, sign) for t in mild])
    assert np.mean([t.vessels for t in severe]) < np.mean([t.vessels for t in mild])


def test_no_single_sign_gives_the_score_away() -> None:
    rng = np.random.default_rng(2)
    scores = rng.uniform(0, 5, 500)
    signs = np.array([draw_traits(rng, s, 0.0).texture_db for s in scores])
    assert 0.6 < np.corrcoef(scores, signs)[0, 1] < 0.95


def test_fat_attenuates_more_than_fibrosis() -> None:
    rng = np.random.default_rng(3)

    def mean(score: float, fat: float) -> float:
        return float(np.mean([draw_traits(rng, score, fat).attenuation for _ in range(200)]))

    assert mean(0.0, 1.0) - mean(0.0, 0.0) > 2 * (mean(5.0, 0.0) - mean(0.0, 0.0))
