import json

from livernet.core.phantom.people import person_truth
from tests.core.phantom.screens.samples import guest


def test_truth_of_a_person_is_json() -> None:
    one = guest()
    truth = person_truth(one.patient, one.who, one.traits, one.habitus, "Hanbit H50")
    document = json.loads(json.dumps(truth))
    assert document["stage"] == "F2"
    assert document["name"] == [one.who.name, one.who.hangul]
    assert document["scanner"] == "Hanbit H50"
