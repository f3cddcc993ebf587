from livernet.core.report.page.facts import facts, parts


def test_measures_stay_measures_and_the_rest_becomes_text() -> None:
    numbers = {
        "auc": {"value": 0.71, "low": 0.6, "high": 0.8},
        "p": 0.0041,
        "leaked": 3,
        "shares": {"scanner": {"value": None, "reason": "one scanner"}, "site": -0.5},
        "null": [0.4, 0.5],
        "sampled": True,
        "spacing": None,
        "question": "≥F2",
        "rule": "told apart",
        "note": "a remark",
        "auc_by_part": {},
    }
    assert facts(numbers) == [
        ("AUC", {"value": 0.71, "low": 0.6, "high": 0.8}),
        ("p, by permutation", "0.004"),
        ("tested images with a copy learnt from", "3"),
        ("shares, scanner", {"value": None, "reason": "one scanner"}),
        ("shares, site", "−0.500"),
        ("sampled", "yes"),
        ("spacing", "–"),
        ("told best", "≥F2"),
    ]


def test_parts_are_a_table_of_what_was_asked() -> None:
    numbers = {"auc_by_part": {"the scanner": {"≥F2": 0.71, "F4": 0.5}, "the site": {"F4": 0.4}}}
    assert parts(numbers) == (
        ["≥F2", "F4"],
        [("the scanner", ["0.71", "0.50"]), ("the site", ["–", "0.40"])],
    )
    assert parts({}) == parts({"auc_by_part": {"x": 0.5}}) == ([], [])
