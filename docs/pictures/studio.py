"""Makes the pictures of the studio: python docs/pictures/studio.py (needs chromium, playwright)."""

from __future__ import annotations

import io
import shutil
import time
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.live.servers import served

HERE = Path(__file__).parent
ALIVE = "!!window.studio?.state.link && studio.player.shown > 5"
VIEWS = {  # name: colours, width and height of the window, width of the picture
    "light": ("light", (1280, 900), 1024),
    "dark": ("dark", (1280, 900), 1024),
    "phone": ("light", (390, 844), 390),
}


def main() -> None:
    """One picture of each view, while the face speaks."""
    with served() as address, sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
        )
        for name, (scheme, (width, height), wide) in VIEWS.items():
            page = browser.new_page(
                color_scheme=scheme, viewport={"width": width, "height": height}
            )
            page.goto(address)
            _until(page, ALIVE)
            _act(page, name)
            shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
            small = shot.resize((wide, round(wide * height / width)), Image.Resampling.LANCZOS)
            small.save(HERE / f"studio-{name}.jpg", quality=86)
            page.close()


def _act(page: Any, name: str) -> None:
    page.locator("#consent").check()
    if name == "phone":
        page.locator("#tab-live").click()
        page.evaluate("document.querySelector('#h-voice').scrollIntoView({block: 'center'})")
    else:
        page.locator("#speak").click()
        _until(page, "studio.state.speaking")
    if name == "dark":
        page.locator("#compare").click()
    time.sleep(1)


def _until(page: Any, so: str) -> None:
    while not page.evaluate(so):
        time.sleep(0.1)


if __name__ == "__main__":
    main()
