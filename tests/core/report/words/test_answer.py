from livernet.core.report.words.answer import Answer, tell


def test_what_is_told_and_what_is_missing_decide_the_status() -> None:
    assert tell("This.", "flow") == Answer("This.", "", "flow")
    assert tell("This.", "flow").status == "answered"
    assert tell("This.", "flow", "that").status == "in part"
    assert tell("", "flow", "that") == Answer(missing="that")
    assert Answer().status == tell("", "flow").status == "NOT PROVIDED"
