from livernet.core.report.words.figures import measured


def test_values_with_and_without_interval_and_none() -> None:
    assert measured({"value": 0.786, "low": 0.68, "high": 0.87}) == "0.79 (95 % interval 0.68 to 0.87)"
    assert measured({"value": 0.5}, 3) == "0.500"
    assert measured({"value": None, "reason": "one class"}) == "not computed (one class)"
