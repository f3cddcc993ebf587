"""The harness notices what the tests rely on it to notice."""

from pathlib import Path

from tests.browser import Browser, needs_chromium

PAGE = """<!DOCTYPE html><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src http:; script-src 'unsafe-inline'">
<script>console.error("loud"); setTimeout(() => { throw new Error("thrown") });</script>
<img src="http://tracker.invalid/pixel.png"><p style="color: red">styled</p>"""


@needs_chromium
def test_requests_errors_and_violations_are_told(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "calm.html").write_text("<!DOCTYPE html><title>calm</title>", encoding="utf-8")
    with Browser(tmp_path / "browser") as browser:
        calm = browser.open((tmp_path / "calm.html").as_uri())
        assert calm.complaints() == []
        assert calm.requests() == [(tmp_path / "calm.html").as_uri()]
        page = browser.open((tmp_path / "page.html").as_uri())
        page.until("window.violations.length > 0")
        told = "\n".join(page.complaints())
        assert "http://tracker.invalid/pixel.png" in page.requests()
    for sign in ("console: ", "loud", "exception: ", "thrown", "policy: style-src-attr", "network: "):
        assert sign in told
