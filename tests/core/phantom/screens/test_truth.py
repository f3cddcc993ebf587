import json

from livernet.core.phantom.screens.truth import picture_truth, tokens
from tests.core.phantom.screens.samples import case, guest, shot
from tests.core.phantom.screens.test_store import FORM


def test_tokens_hold_the_name_in_all_its_forms() -> None:
    who = guest().who
    found = tokens(who, f"{who.hangul} x/{who.number}_7.png")
    family, given = who.name.split(" ")
    assert {who.name, f"{family}^{given}", given, who.hangul, who.hangul[1:], who.number} <= set(found)
    assert {who.birth, who.birth.replace("-", ""), who.study} <= set(found)
    assert {f"{who.hangul} x", f"{who.number}_7"} <= set(found)
    assert len(found) == len(set(found))
    assert min(map(len, found)) >= 2


def test_truth_of_a_picture_is_json_and_whole() -> None:
    document = json.loads(json.dumps(picture_truth(guest(), case("dual"), FORM, shot(case("dual")))))
    assert (document["mode"], document["expected"], document["frames"]) == ("dual", "written", 1)
    assert len(document["panels"]) == 2
    assert {"kind", "text", "box", "inside", "ink"} <= set(document["burned_in"][0])
