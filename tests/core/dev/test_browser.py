"""The small browser: cookies under their path, forms with what they hold, redirects."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest

from terminal.dev.browser import Browser
from terminal.errors import SyncError

PAGE = """<a href="other">there</a>
<form method="post" action="/desk/send"><input type="hidden" name="token" value="t&amp;1">
<input type="radio" name="outcome" value="A"><input type="radio" name="outcome" value="B" checked>
<input type="checkbox" name="tick_a" value="yes"><input type="checkbox" name="tick_b" value="yes">
<textarea name="reason">because</textarea><select name="kind"><option>x</option></select>
<input type="submit" name="go" value="Go"></form>"""


class Site(BaseHTTPRequestHandler):
    """Sets a cookie for /desk, echoes forms, leads on after one."""

    seen: list[tuple[str, str, dict[str, list[str]]]]

    def do_GET(self) -> None:
        self.note({})
        if self.path == "/out":
            self.answer(200, "out", cookie="s=; Max-Age=0; Path=/desk")
        else:
            self.answer(200, PAGE, cookie="s=1; Path=/desk")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.note(parse_qs(body, keep_blank_values=True))
        self.answer(303, "", location="/desk/done")

    def note(self, fields: dict[str, list[str]]) -> None:
        self.seen.append((self.path, self.headers.get("Cookie", ""), fields))

    def answer(self, status: int, text: str, cookie: str = "", location: str = "") -> None:
        self.send_response(status)
        for name, value in (("Set-Cookie", cookie), ("Location", location)):
            if value:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[tuple[str, list[tuple[str, str, dict[str, list[str]]]]]]:
    seen: list[tuple[str, str, dict[str, list[str]]]] = []
    handler = type("SeenSite", (Site,), {"seen": seen})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", seen
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_form_is_sent_with_everything_it_holds(site: tuple[str, list]) -> None:  # type: ignore[type-arg]
    url, seen = site
    browser = Browser()
    page = browser.get(f"{url}/desk")
    assert page.links == (f"{url}/other",)
    done = browser.submit(page, page.form("token", "outcome"), kind="x", tick_b="yes")
    assert done.url == f"{url}/desk/done"
    assert seen[1] == (
        "/desk/send",
        "s=1",
        {
            "token": ["t&1"],
            "outcome": ["B"],
            "tick_b": ["yes"],
            "reason": ["because"],
            "kind": ["x"],
        },
    )


def test_a_cookie_stays_under_its_path_until_it_is_taken_away(site: tuple[str, list]) -> None:  # type: ignore[type-arg]
    url, seen = site
    browser = Browser()
    for path in ("/desk", "/elsewhere", "/desk/a", "/out", "/desk/b"):
        browser.get(url + path)
    assert [cookie for _, cookie, _ in seen] == ["", "", "s=1", "", ""]


def test_a_page_without_the_form_or_without_an_answer_is_said(site: tuple[str, list]) -> None:  # type: ignore[type-arg]
    browser = Browser()
    page = browser.get(site[0])
    with pytest.raises(SyncError) as missing:
        page.form("password")
    with pytest.raises(SyncError) as silent:
        browser.get("http://127.0.0.1:9/")
    assert (missing.value.code, silent.value.code) == ("demo.no_form", "demo.page_failed")
