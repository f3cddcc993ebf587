import json

from livernet.core.metrics.measure import Measure, missing


def test_a_known_value_keeps_its_interval_and_method() -> None:
    measure = Measure(value=0.5, low=0.4, high=0.6, method="Wilson")
    assert measure.to_dict() == {"value": 0.5, "low": 0.4, "high": 0.6, "method": "Wilson"}


def test_a_missing_value_is_null_with_its_reason() -> None:
    assert json.dumps(missing("no F4").to_dict()) == '{"value": null, "reason": "no F4"}'
