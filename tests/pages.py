"""README and the pages of the guide, as they are written."""

import pytest

from tests import ROOT

PAGES = {
    path.name: path.read_text()
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
}
ALL = "\n".join(PAGES.values())
each_page = pytest.mark.parametrize("page", PAGES)


def rows(page: str, header: str) -> list[list[str]]:
    """The cells below the table head that starts like this."""
    _, found, below = PAGES[page].partition(f"\n{header}")
    assert found, f"{page} has no table {header}"
    lines = below.split("\n")[2:]
    table = lines[: next(i for i, line in enumerate(lines) if not line.startswith("|"))]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
