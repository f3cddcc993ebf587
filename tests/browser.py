"""Headless Chromium for tests: opens a page, presses keys, tells what the page asked for and complained of.

It speaks the DevTools protocol over the browser's own pipe (``--remote-debugging-pipe``), so that no port is
open and no library is needed.
"""

import base64
import contextlib
import fcntl
import json
import os
import select
import shutil
import signal
import time
from pathlib import Path
from typing import Any, Self

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")

_PATIENCE = 20.0
_FLAGS = (
    *(
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--remote-debugging-pipe",
    ),
    *(
        "--no-first-run",
        "--no-default-browser-check",
        "--disable-extensions",
        "--disable-background-networking",
    ),
    *("--disable-component-update", "--disable-sync", "--mute-audio", "--hide-scrollbars"),
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
_WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  violations.push(`${event.violatedDirective} ${event.blockedURI}`);
});
"""
_CODES = {"?": "Slash"}
_NUMBERS = {"Escape": 27, "Enter": 13, "Tab": 9}
"""Keys that the browser itself acts upon."""


class Browser:
    """A Chromium with a profile of its own; use as a context manager."""

    def __init__(self, folder: Path) -> None:
        downloads = folder / "downloads"
        downloads.mkdir(parents=True)
        self._events: list[dict[str, Any]] = []
        self._number = 0
        self._saved = 0
        self._rest = b""
        theirs_in, self._to = _high(os.pipe())
        self._from, theirs_out = _high(os.pipe())
        null = os.open(os.devnull, os.O_RDWR)
        ends = ((null, 0), (null, 1), (null, 2), (theirs_in, 3), (theirs_out, 4))
        actions = [(os.POSIX_SPAWN_DUP2, here, there) for here, there in ends]
        assert CHROMIUM is not None
        command = [CHROMIUM, *_FLAGS, f"--user-data-dir={folder / 'profile'}", "about:blank"]
        self._pid = os.posix_spawn(CHROMIUM, command, os.environ, file_actions=actions, setpgroup=0)
        for descriptor in (theirs_in, theirs_out, null):
            os.close(descriptor)
        where = {"behavior": "allow", "downloadPath": str(downloads), "eventsEnabled": True}
        self.call("Browser.setDownloadBehavior", where)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            os.write(self._to, b'{"id":0,"method":"Browser.close"}\0')
        until = time.monotonic() + 5
        while time.monotonic() < until and os.waitpid(self._pid, os.WNOHANG) == (0, 0):
            time.sleep(0.02)
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.killpg(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
        os.close(self._to)
        os.close(self._from)

    def open(self, address: str, width: int = 1280, height: int = 800) -> "Page":
        """A new page, loaded."""
        target = self.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        session = self.call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        page = Page(self, session)
        for domain in ("Page", "Runtime", "Log", "Network"):
            page.call(f"{domain}.enable")
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        page.call("Emulation.setDeviceMetricsOverride", size)
        page.call("Page.addScriptToEvaluateOnNewDocument", {"source": _WATCH})
        page.go(address)
        return page

    def call(self, method: str, params: dict[str, Any] | None = None, session: str = "") -> dict[str, Any]:
        """The result of one command."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params or {}}
        message |= {"sessionId": session} if session else {}
        content = json.dumps(message).encode() + b"\0"
        while content:
            content = content[os.write(self._to, content) :]
        until = time.monotonic() + _PATIENCE
        while (answer := self._read(until)).get("id") != self._number:
            self._events.append(answer)
        assert "error" not in answer, f"{method}: {answer}"
        result: dict[str, Any] = answer["result"]
        return result

    def events(self, method: str, session: str = "") -> list[dict[str, Any]]:
        """What the browser told so far."""
        self.call("Browser.getVersion")
        return [
            event["params"]
            for event in self._events
            if event.get("method") == method and event.get("sessionId", "") == session
        ]

    def wait(self, method: str, session: str = "", *, count: int = 1) -> dict[str, Any]:
        """The ``count``-th event of a kind, as soon as it is there."""
        until = time.monotonic() + _PATIENCE
        while len(found := self.events(method, session)) < count:
            assert time.monotonic() < until, f"no {method} within {_PATIENCE:.0f} s"
            time.sleep(0.01)
        return found[count - 1]

    def saved(self) -> Path:
        """The next file that a page saved, as soon as it is whole."""
        self._saved += 1
        limit = time.monotonic() + _PATIENCE
        while True:
            told = self.events("Browser.downloadProgress")
            done = [event["filePath"] for event in told if event["state"] == "completed"]
            if len(done) >= self._saved:
                return Path(done[self._saved - 1])
            assert time.monotonic() < limit, "nothing was saved"
            time.sleep(0.01)

    def _read(self, until: float) -> dict[str, Any]:
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._from], [], [], max(0.0, until - time.monotonic()))
            assert ready, f"Chromium did not answer within {_PATIENCE:.0f} s"
            content = os.read(self._from, 1 << 20)
            assert content, "Chromium has ended"
            self._rest += content
        message, _, self._rest = self._rest.partition(b"\0")
        document: dict[str, Any] = json.loads(message)
        return document


class Page:
    """One page of a browser."""

    def __init__(self, browser: Browser, session: str) -> None:
        self.browser = browser
        self._session = session
        self._loads = 0

    def call(self, method: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """The result of one command about this page."""
        return self.browser.call(method, params, self._session)

    def go(self, address: str) -> None:
        """Load another document, and wait for it."""
        self.call("Page.navigate", {"url": address})
        self._loads += 1
        self.browser.wait("Page.loadEventFired", self._session, count=self._loads)

    def evaluate(self, expression: str) -> Any:
        """The JSON value of a JavaScript expression; a promise is awaited."""
        wanted = {"expression": expression, "returnByValue": True, "awaitPromise": True}
        answer = self.call("Runtime.evaluate", wanted)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def until(self, condition: str) -> None:
        """Wait for a JavaScript condition."""
        limit = time.monotonic() + _PATIENCE
        while not self.evaluate(condition):
            assert time.monotonic() < limit, f"still not: {condition}"
            time.sleep(0.02)

    def press(self, *keys: str, code: str = "") -> None:
        """Press keys, each by the value that ``event.key`` shall have."""
        for key in keys:
            place = code or _CODES.get(key) or (f"Key{key.upper()}" if len(key) == 1 else key)
            typed = {"text": key} if len(key) == 1 else {}
            stroke = {"key": key, "code": place, "windowsVirtualKeyCode": _NUMBERS.get(key, 0)}
            self.call("Input.dispatchKeyEvent", {"type": "keyDown", **stroke, **typed})
            self.call("Input.dispatchKeyEvent", {"type": "keyUp", **stroke})

    def type(self, text: str) -> None:
        """Put text where the cursor is."""
        self.call("Input.insertText", {"text": text})

    def requests(self) -> list[str]:
        """The addresses of everything that the page asked for."""
        events = self.browser.events("Network.requestWillBeSent", self._session)
        return [event["request"]["url"] for event in events]

    def complaints(self) -> list[str]:
        """Errors and warnings of the console, uncaught exceptions and violations of the page's policy."""
        said = self.browser.events("Runtime.consoleAPICalled", self._session)
        logged = [event["entry"] for event in self.browser.events("Log.entryAdded", self._session)]
        thrown = self.browser.events("Runtime.exceptionThrown", self._session)
        return [
            *(
                f"console: {event['args']}"
                for event in said
                if event["type"] in {"error", "warning", "assert"}
            ),
            *(f"{entry['source']}: {entry['text']}" for entry in logged if entry["level"] != "verbose"),
            *(f"exception: {event['exceptionDetails']}" for event in thrown),
            *(f"policy: {one}" for one in self.evaluate("window.violations")),
        ]

    def screenshot(self, path: Path, *, whole: bool = False) -> None:
        """A picture of what is seen, or of the whole page."""
        content = self.call("Page.captureScreenshot", {"format": "png", "captureBeyondViewport": whole})
        path.write_bytes(base64.b64decode(content["data"]))

    def pdf(self, path: Path) -> None:
        """The page as it is printed."""
        path.write_bytes(base64.b64decode(self.call("Page.printToPDF", {"preferCSSPageSize": True})["data"]))


def _high(pair: tuple[int, int]) -> tuple[int, int]:
    """The same pipe under numbers above those that the browser expects."""
    moved = tuple(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in pair)
    for end in pair:
        os.close(end)
    return moved[0], moved[1]
