from livernet.core.report.page.facts import facts


def test_measures_stay_measures_and_the_rest_becomes_text() -> None:
    numbers = {
        "auc": {"value": 0.71, "low": 0.6, "high": 0.8},
        "p": 0.0041,
        "leaked_pictures": 3,
        "by_part": {"scanner": {"value": None, "reason": "one scanner"}, "site": -0.5},
        "null": [0.4, 0.5],
        "sampled": True,
        "spacing": None,
    }
    assert facts(numbers) == [
        ("AUC", {"value": 0.71, "low": 0.6, "high": 0.8}),
        ("permutation p", "0.0041"),
        ("leaked pictures", "3"),
        ("by part, scanner", {"value": None, "reason": "one scanner"}),
        ("by part, site", "−0.5"),
        ("sampled", "yes"),
        ("spacing", "–"),
    ]
