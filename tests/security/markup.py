"""Reads HTML as a browser would, and says what is wrong with it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}

OPTIONAL_END = {"li", "p", "option", "tr", "td", "th", "dt", "dd", "thead", "tbody", "tfoot"}
IDREFS = (
    "aria-labelledby",
    "aria-describedby",
    "aria-controls",
    "aria-owns",
    "aria-errormessage",
    "list",
    "form",
)
HX = ("hx-get", "hx-post")
OPERABLE = {"a", "button", "form", "input", "select", "textarea", "summary"}


@dataclass(eq=False)
class Element:
    """One element with its attributes, the way up, and the text directly in it."""

    tag: str
    attributes: dict[str, str]
    parent: "Element | None" = None
    text: str = ""
    children: list["Element"] = field(default_factory=list)

    def up(self) -> Iterator["Element"]:
        each: Element | None = self
        while each is not None:
            yield each
            each = each.parent

    def form(self) -> "Element | None":
        return next((each for each in self.up() if each.tag == "form"), None)

    def all(self) -> Iterator["Element"]:
        for child in self.children:
            yield child
            yield from child.all()


class Document(HTMLParser):
    """The elements of a page or of a fragment."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.complaints: list[str] = []
        self._open: list[Element] = []
        self.is_page = "<html" in html
        self.feed(html)
        self.close()
        self.complaints += [
            f"<{each.tag}> is not closed" for each in self._open if each.tag not in OPTIONAL_END
        ]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(set(names)) != len(names):
            self.complaints.append(f"<{tag}> has an attribute twice")
        parent = self._open[-1] if self._open else None
        made = Element(tag, {name: value or "" for name, value in attrs}, parent)
        if parent is not None:
            parent.children.append(made)
        self.elements.append(made)
        if tag not in VOID:
            self._open.append(made)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        while self._open and self._open[-1].tag != tag and self._open[-1].tag in OPTIONAL_END:
            self._open.pop()
        if not self._open or self._open[-1].tag != tag:
            self.complaints.append(f"</{tag}> closes nothing")
            return
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open:
            self._open[-1].text += data

    def having(self, attribute: str) -> list[Element]:
        return [each for each in self.elements if attribute in each.attributes]

    def addresses(self) -> list[str]:
        """Where links, sources and HTMX lead with GET."""
        names = ("href", "src", "hx-get", "data-src", "data-url")
        return [each.attributes[name] for name in names for each in self.having(name)]

    def get_forms(self) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        """Each GET form as it would be sent, and once more for every choice of every select in it."""
        for form in (each for each in self.elements if each.tag == "form"):
            if form.attributes.get("method", "get").lower() != "get":
                continue
            inputs = [each for each in form.all() if "name" in each.attributes]
            base = {each.attributes["name"]: each.attributes.get("value", "") for each in inputs}
            base |= {each.attributes["name"]: "" for each in inputs if each.tag == "select"}
            action = form.attributes.get("action", "")
            yield action, list(base.items())
            for select in (each for each in inputs if each.tag == "select"):
                for option in (each for each in select.all() if each.tag == "option"):
                    value = option.attributes.get("value", option.text)
                    yield action, list({**base, select.attributes["name"]: value}.items())


def lint(html: str) -> list[str]:
    """What is wrong with a page or a fragment, one line each."""
    document = Document(html)
    return [*document.complaints, *_names(document), *_scripts(document), *_htmx(document), *_words(document)]


def _names(document: Document) -> Iterator[str]:
    ids = Counter(each.attributes["id"] for each in document.having("id"))
    yield from (f"id {name!r} stands {n} times" for name, n in ids.items() if n > 1)
    if not document.is_page:
        return  # a fragment may refer to the page that it goes into
    for each in document.having("for"):
        if each.attributes["for"] not in ids:
            yield f"<{each.tag} for={each.attributes['for']!r}> leads nowhere"
    for attribute in IDREFS:
        for each in document.having(attribute):
            for name in each.attributes[attribute].split():
                if name not in ids:
                    yield f"<{each.tag} {attribute}={name!r}> leads nowhere"


def _scripts(document: Document) -> Iterator[str]:
    for each in document.elements:
        for name, value in each.attributes.items():
            if name == "style" or name.startswith("on") or name.startswith("hx-on"):
                yield f"<{each.tag} {name}=…>"
            if value.strip().lower().startswith("javascript:"):
                yield f"<{each.tag} {name}={value!r}>"
        data = each.attributes.get("type") == "application/json"
        if each.tag == "style" or (each.tag == "script" and "src" not in each.attributes and not data):
            yield f"inline <{each.tag}>"


def _htmx(document: Document) -> Iterator[str]:
    """HTMX only enhances: where people act there stands an address that works without."""
    for name in HX:
        for each in (found for found in document.having(name) if found.tag in OPERABLE):
            form = each.form()
            beside = each.attributes.get("href") or each.attributes.get("formaction")
            if not beside and not (form and form.attributes.get("action")) and document.is_page:
                yield f"<{each.tag} {name}={each.attributes[name]!r}> does nothing without HTMX"


def _words(document: Document) -> Iterator[str]:
    for each in document.elements:
        if each.tag == "img" and "alt" not in each.attributes:
            yield f"<img src={each.attributes.get('src')!r}> has no alt"
        if each.tag == "a" and not each.attributes.get("href"):
            yield "<a> leads nowhere"
    if document.is_page:
        headings = [each for each in document.elements if each.tag == "h1"]
        if len(headings) != 1:
            yield f"{len(headings)} <h1>"
