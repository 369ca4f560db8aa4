"""What a person sees of the report page and does to it."""

from __future__ import annotations

from typing import Any

from tools.browser import Browser


class Page:
    """An opened report page."""

    def __init__(self, browser: Browser, uri: str) -> None:
        self.do = browser
        self.uri = uri

    def js(self, expression: str) -> Any:
        """The value of an expression in the page."""
        return self.do("evaluate", expression)

    def texts(self, selector: str) -> list[str]:
        """The text of each element that a selector finds."""
        return list(self.js(f"[...document.querySelectorAll({selector!r})].map(found => found.textContent.trim())"))

    def count(self, selector: str) -> int:
        """How many elements a selector finds."""
        return int(self.js(f"document.querySelectorAll({selector!r}).length"))

    def status(self) -> str:
        """What the page says it shows."""
        return str(self.js("document.querySelector('[role=status]').textContent"))

    def settle(self) -> None:
        """Waits until what was changed is drawn."""
        self.js("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))")

    def press(self, *keys: str) -> None:
        """Keys, one after the other."""
        for key in keys:
            self.do("keyboard.press", key)
        self.settle()

    def announced(self) -> str:
        """What a screen reader was told of the item that the keyboard is at."""
        return str(self.js("document.querySelector('p[aria-live]').textContent"))

    def print(self) -> None:
        """Lays the page out as for paper."""
        self.do("emulateMedia", {"media": "print"})
        self.js("void dispatchEvent(new Event('beforeprint'))")

    def pixels(self, colour: str) -> int:
        """How many pixels of the lanes have exactly the colour of a variable of the style sheet."""
        return int(self.js(f"({PIXELS})({colour!r})"))


PIXELS = """colour => {
    const probe = document.body.appendChild(document.createElement('i'));
    probe.style.color = `var(--${colour})`;
    const wanted = getComputedStyle(probe).color.match(/\\d+/g).slice(0, 3).map(Number);
    probe.remove();
    let found = 0;
    for (const canvas of document.querySelectorAll('.all-lanes canvas')) {
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        for (let at = 0; at < data.length; at += 4) {
            if (data[at + 3] === 255 && wanted.every((value, index) => data[at + index] === value)) found++;
        }
    }
    return found;
}"""
