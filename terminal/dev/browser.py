"""A small browser: pages, cookies, forms. What the demo needs of one, without one installed."""

from __future__ import annotations

import http.client
import http.cookies
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

import msgspec

from terminal.errors import SyncError

TIMEOUT_SECONDS = 20.0
MOST_REDIRECTS = 5


class Form(msgspec.Struct):
    """A form of a page: where it goes, its fields as they stand, and which of them are boxes."""

    action: str
    method: str
    fields: dict[str, str]
    boxes: set[str] = set()


class Page(msgspec.Struct, frozen=True):
    """A page as it came: where from, status, text, links and forms."""

    url: str
    status: int
    text: str
    links: tuple[str, ...]
    forms: tuple[Form, ...]

    def form(self, *names: str) -> Form:
        """Return the form that has fields of these names; raises `SyncError` without one."""
        for form in self.forms:
            if all(name in form.fields for name in names):
                return form
        raise SyncError("demo.no_form", url=self.url)


class Browser:
    """Keeps cookies as a browser does and sends forms with everything that they hold."""

    def __init__(self) -> None:
        self._cookies: dict[tuple[str, str, str], str] = {}

    def get(self, url: str) -> Page:
        """Open a page, following where it leads."""
        return self._follow("GET", url, None)

    def submit(self, page: Page, form: Form, **values: str) -> Page:
        """Fill in a form of a page and send it; a box that is not ticked is not sent."""
        fields = {**form.fields, **values}
        body = urlencode([one for one in fields.items() if one[1] or one[0] not in form.boxes])
        return self._follow(form.method, urljoin(page.url, form.action or page.url), body)

    def download(self, url: str) -> tuple[int, bytes]:
        """Return status and bytes of a file, without following anywhere."""
        status, _, data = self._request("GET", url, None)
        return status, data

    def _follow(self, method: str, url: str, body: str | None) -> Page:
        for _ in range(MOST_REDIRECTS):
            status, location, data = self._request(method, url, body)
            if status not in (301, 302, 303, 307, 308) or not location:
                text = data.decode("utf-8", "replace")
                reader = _Reader(url)
                reader.feed(text)
                return Page(url, status, text, tuple(reader.links), tuple(reader.forms))
            url = urljoin(url, location)
            if status == 303 or method == "POST":
                method, body = "GET", None
        raise SyncError("demo.page_failed", url=url, status=status)

    def _request(self, method: str, url: str, body: str | None) -> tuple[int, str, bytes]:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or 80
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        headers = {"Accept-Language": "zh-CN", "Accept": "text/html"}
        cookie = self._cookie(f"{host}:{port}", parts.path)
        if cookie:
            headers["Cookie"] = cookie
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Origin"] = f"{parts.scheme}://{parts.netloc}"
        connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_SECONDS)
        try:
            connection.request(method, path or "/", body, headers)
            answer = connection.getresponse()
            for text in answer.headers.get_all("Set-Cookie") or ():
                self._keep(f"{host}:{port}", text)
            location = answer.headers.get("Location") or ""
            return answer.status, location, answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise SyncError("demo.page_failed", url=url, status=0) from error
        finally:
            connection.close()

    def _cookie(self, site: str, path: str) -> str:
        found = [
            f"{name}={value}"
            for (where, under, name), value in self._cookies.items()
            if where == site and path.startswith(under)
        ]
        return "; ".join(found)

    def _keep(self, site: str, text: str) -> None:
        for name, morsel in http.cookies.SimpleCookie(text).items():
            key = (site, morsel["path"] or "/", name)
            if morsel.value and morsel["max-age"] != "0":
                self._cookies[key] = morsel.value
            else:
                self._cookies.pop(key, None)


class _Reader(HTMLParser):
    """Collects links and forms; a field's value is what a browser would send."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._open: Form | None = None
        self._text_of = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "a" and told.get("href"):
            self.links.append(urljoin(self._url, told["href"]))
        elif tag == "form":
            method = told.get("method", "get").upper()
            self._open = Form(told.get("action", ""), method, {})
            self.forms.append(self._open)
        elif self._open is not None and told.get("name"):
            self._field(tag, told)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "textarea":
            self._text_of = ""

    def handle_data(self, data: str) -> None:
        if self._open is not None and self._text_of:
            self._open.fields[self._text_of] += data

    def _field(self, tag: str, told: dict[str, str]) -> None:
        assert self._open is not None
        name, fields = told["name"], self._open.fields
        if tag == "textarea":
            self._text_of = name
            fields[name] = ""
        elif tag == "select":
            fields.setdefault(name, "")
        elif tag == "input":
            box = told.get("type") in ("radio", "checkbox")
            if box:
                self._open.boxes.add(name)
            if box and "checked" not in told:
                fields.setdefault(name, "")
            elif told.get("type") != "submit":
                fields[name] = told.get("value", "")
