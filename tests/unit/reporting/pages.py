"""Pages read as a browser does, and a report whose every text is hostile."""

from __future__ import annotations

from html.parser import HTMLParser

from sm_prefix_ext.core.display.report import Cell, Document, Edge, Graph, Node, Report, Row, Table

_VOID = {"meta", "input", "wbr", "link", "br"}


class Page(HTMLParser):
    """The elements of a page.

    Attributes:
        elements: the tags with their attributes, in order.
        texts: the texts, each as it is between two tags.
        raw: the contents of ``style`` and ``script``, by tag.
    """

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.raw: dict[str, str] = {}
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names))
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert tag == self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] in ("style", "script"):
            self.raw[self._open[-1]] = self.raw.get(self._open[-1], "") + data
        elif data.strip():
            self.texts.append(data)

    def tags(self) -> list[str]:
        """The names of the elements, without those that only allow a line break."""
        return [tag for tag, _ in self.elements if tag != "wbr"]

    def attributes(self) -> list[list[str]]:
        """The names of the attributes of each of these elements."""
        return [sorted(attributes) for tag, attributes in self.elements if tag != "wbr"]

    def values(self, name: str) -> list[str]:
        """The values of an attribute, of all elements that have it."""
        return [attributes[name] for _, attributes in self.elements if name in attributes]


def hostile(text: str) -> Report:
    """A report that has a text wherever a text can stand."""
    cells = (Cell(text, "bad"), Cell(text, code=True, full=f"arn:{text}"), None)
    node = Node(f"id {text}", f"Step {text}", f"Kind {text}", (f"Name {text}",), "bad", text)
    graph = Graph((node, Node("b", "b")), (Edge("b", node.id, f"if {text}"),))
    row = Row(cells, group=f"Group {text}", node=node.id)
    columns = ("A", f"B {text}", "C")
    tables = (Table(columns, (row,), f"T {text}"), Table(columns, (row,), f"F {text}", folded=True))
    document = Document(f"Policy {text}", f'{{\n "a": "{text}"\n}}', (f"on it {text}",))
    facts, notes = ((f"f {text}", text),), (f"note {text}",)
    return Report(f"Title {text}", text, "bad", facts, tables, graph, (document,), notes)
