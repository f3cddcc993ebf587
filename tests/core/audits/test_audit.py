import json

from livernet.core.audits.audit import NAMES, found, not_run


def test_every_audit_has_a_title_and_a_question() -> None:
    assert NAMES == ("shuffled", "outside", "source", "duplicates", "attribution", "masks")
    for name in NAMES:
        audit = not_run(name, "There are no masks.")
        assert audit.title
        assert audit.question.endswith("?")
        assert (audit.state, audit.verdict, audit.numbers) == ("not run", "There are no masks.", {})


def test_an_audit_can_be_written() -> None:
    document = found("source", "failed", "The scanner tells F4.", {"p": 0.001}).to_dict()
    assert json.loads(json.dumps(document)) == document
    assert set(document) == {"name", "title", "question", "state", "verdict", "numbers"}
