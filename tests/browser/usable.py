"""Whether everybody can use a page: axe-core's rules, and nothing that runs over, on wide and narrow screens."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.serving import Site

Walk = Callable[[Page, Site], None]
RULES = {
    "light": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "dark": ["color-contrast"],
}
"""What is asked in each colour scheme: the dark one has other colours, and the same page."""
RUN = 'rules => axe.run(document, {runOnly: rules, resultTypes: ["violations"]})'
"""Of what passes, axe then names one element only, which saves it a description of all others."""
LABELS_OVER_CELLS = """() => [...document.querySelectorAll(".stack td[data-label]")].filter(cell => {
  const label = getComputedStyle(cell, "::before");
  return label.position === "absolute"
    && parseFloat(label.left) + parseFloat(label.width) > parseFloat(getComputedStyle(cell).paddingLeft);
}).map(cell => cell.dataset.label)"""
"""Labels of stacked tables that lie on what they are the labels of."""
SQUEEZED_CELLS = """() => [...document.querySelectorAll("table td, table td .standing")].filter(cell => {
  const style = getComputedStyle(cell), em = parseFloat(style.fontSize);
  const wide = cell.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  const text = document.createRange();
  text.selectNodeContents(cell);
  return cell.offsetParent && wide < 4 * em && text.getBoundingClientRect().height > 5 * em;
}).map(cell => cell.textContent.trim())"""
"""Cells so narrow that their text runs down the page."""


def look(address: str) -> Walk:
    """A walk straight to an address."""
    return lambda page, _site: void(page.goto(address))


def void(_: object) -> None:
    """For walks that are one expression."""


def expect_usable(page: Page, axe: str, heading: str | None) -> None:
    """Hold the page that is open against all of it."""
    if heading:
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    page.evaluate(axe)
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(LABELS_OVER_CELLS) == []
        assert page.evaluate(SQUEEZED_CELLS) == []
        for scheme, rules in RULES.items():
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # two of three literals
            found = page.evaluate(RUN, rules)
            told = [(one["id"], [node["target"] for node in one["nodes"]]) for one in found["violations"]]
            assert told == [], f"{width} {scheme}: {told}"
            assert found["passes"], f"{width} {scheme}: no rule looked at anything"
