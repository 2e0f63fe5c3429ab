"""The studio in a real Chromium: by hand, as a person would."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.live.servers import served
from vasari.demo import demo_voice

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: apt-get install chromium"),
]
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

FLAGS = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required",
         "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]  # fmt: skip
NO_UDP = [f"--{force}webrtc-ip-handling-policy=disable_non_proxied_udp" for force in ("", "force-")]
MOUTH = (180, 300, 150, 110)  # x, y, width, height of the demo portrait's mouth and chin
ALIVE = "!!window.studio?.state.link && studio.player.shown > 5"
FOCUSED = "document.activeElement.id || document.activeElement.dataset.steer"
SEEN = """([x, y, w, h]) => {  // brightness of a part of the canvas, 32 x 32
    const small = new OffscreenCanvas(32, 32).getContext("2d");
    small.drawImage(document.getElementById("canvas"), x, y, w, h, 0, 0, 32, 32);
    const rgba = small.getImageData(0, 0, 32, 32).data;
    const at = (k) => (rgba[4 * k] + rgba[4 * k + 1] + rgba[4 * k + 2]) / 3;
    return Array.from({ length: 1024 }, (_, k) => at(k));
}"""
WATCHED = f"""async ([part, looks]) => {{
    const all = [];
    for (let k = 0; k < looks; k++) {{
        all.push(({SEEN})(part));
        await new Promise((resolve) => setTimeout(resolve, 80));
    }}
    return all;
}}"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served() as where:
        yield where


@contextmanager
def studio(address: str, *flags: str, query: str = "", **context: Any) -> Iterator[Any]:
    """A page that shows the demo portrait, alive, and at the end has complained of nothing."""
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *flags])
        page = browser.new_context(accept_downloads=True, **context).new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{address}/{query}")
        until(
            lambda: page.evaluate(ALIVE),
            "the face lives",
            page,
        )
        yield page
        browser.close()
        assert errors == []


def until(fits: Callable[[], Any], what: str, page: Any, seconds: float = 60) -> Any:
    """Until something is so; not by Playwright's own waiting, which the page's policy forbids."""
    end = time.monotonic() + seconds
    while not (found := fits()):
        said = page.locator("#message").text_content()
        assert time.monotonic() < end, f"never so: {what}; the page says {said!r}"
        time.sleep(0.1)
    return found


def seen(page: Any, part: tuple[int, int, int, int] = MOUTH) -> np.ndarray:
    """(1024,) brightness of the canvas, levels."""
    return np.array(page.evaluate(SEEN, list(part)), np.float32)


def movement(page: Any, looks: int = 20) -> float:
    """How much the mouth changes: mean change from its mean, levels."""
    pictures = np.array(page.evaluate(WATCHED, [list(MOUTH), looks]))
    return float(np.abs(pictures - pictures.mean(0)).mean())


def calm(page: Any) -> float:
    """How much the mouth changes in silence, the head held still and the photo's smile gone."""
    page.locator("[data-steer=head]").fill("0")
    time.sleep(3)
    return movement(page)


def speak(page: Any) -> None:
    page.locator("#consent").check()
    page.locator("#tab-file").click()
    page.locator("#sound").set_input_files(demo_voice())
    until(lambda: page.evaluate("studio.state.speaking"), "it speaks", page)


def test_a_portrait_is_dropped_speaks_is_steered_and_kept(
    address: str, portrait: Path, tmp_path: Path
) -> None:
    with studio(address) as page:
        assert page.evaluate("studio.state.link.name").startswith("WebSocket")
        page.locator("#picture").set_input_files(portrait)
        assert "agreed" in page.locator("#message").text_content()  # first the consent
        page.locator("#consent").check()
        page.locator("#picture").set_input_files(portrait)
        mine = ".face[aria-checked=true]:not([data-face=demo])"
        until(lambda: page.locator(mine).count(), "the portrait is read", page)
        until(lambda: page.evaluate("!!studio.state.link"), "it lives", page)
        quiet = calm(page)
        speak(page)
        time.sleep(0.5)
        spoken = movement(page)
        assert spoken > 1.4 * quiet + 0.5, (spoken, quiet)

        page.locator("#stop").click()
        until(lambda: not page.evaluate("studio.state.speaking"), "it is quiet", page, 3)
        assert page.evaluate("studio.state.queue.length") == 0
        time.sleep(0.6)
        assert movement(page) < 0.8 * spoken  # who waits lives on

        before = seen(page, (0, 0, 512, 512))
        page.locator("[data-steer=distance]").fill("0.75")
        page.locator("#pad").focus()
        for _ in range(4):
            page.keyboard.press("Shift+ArrowRight")
        assert "20° right" in page.locator("#pad").get_attribute("aria-valuetext")
        whole = (0, 0, 512, 512)
        until(lambda: np.abs(seen(page, whole) - before).mean() > 4, "it comes near", page, 30)

        page.locator("#make").click()
        until(lambda: page.locator("#made").is_visible(), "the video is made", page, 120)
        until(lambda: page.evaluate("document.getElementById('film').duration > 7"), "plays", page)
        with page.expect_download() as download:
            page.locator("#download").click()
        download.value.save_as(tmp_path / "film.mp4")
        page.locator(".forget").click()
        until(lambda: page.locator(".face").count() == 1, "it is forgotten", page)
    assert pictures_in(tmp_path / "film.mp4") > 150


def test_typed_text_is_spoken(address: str) -> None:
    if shutil.which("espeak-ng") is None:
        pytest.skip("no espeak-ng here: apt-get install espeak-ng")
    with studio(address) as page:
        page.locator("#consent").check()
        page.locator("#text").fill("Hello from the studio.")
        page.locator("#speak").click()
        until(lambda: page.evaluate("studio.state.speaking"), "it speaks", page)
        until(lambda: not page.evaluate("studio.state.speaking"), "it ends", page)


def test_a_microphone_is_heard(address: str) -> None:
    """Chromium's own beeping microphone: sound goes up, the lips move, nothing is played back."""
    with studio(address) as page:
        page.locator("#consent").check()
        page.locator("#tab-live").click()
        page.locator("#live").click()
        until(lambda: page.evaluate("studio.state.shown > 16000"), "a second was heard", page)
        assert page.evaluate("studio.player.playing.size") == 0
        page.locator("#live").click()
        assert page.locator("#live").get_attribute("aria-pressed") == "false"


def test_over_webrtc(address: str) -> None:
    with studio(address, query="?transport=rtc") as page:
        assert page.evaluate("studio.state.link.name") == "WebRTC"
        quiet = calm(page)
        speak(page)
        time.sleep(0.7)
        assert movement(page) > 2 * quiet + 0.5


def test_without_udp_it_falls_back_to_the_socket(address: str) -> None:
    with studio(address, *NO_UDP, query="?transport=rtc") as page:
        assert page.evaluate("studio.state.link.name").startswith("WebSocket")


def test_without_webcodecs_it_takes_jpeg(address: str) -> None:
    with studio(address, "--disable-blink-features=WebCodecs") as page:
        assert page.evaluate("studio.state.link.name") in ("WebSocket, JPEG", "WebSocket, H.264")


@pytest.mark.parametrize("width", [360, 390, 768, 1280])
def test_it_fits_every_width(address: str, width: int) -> None:
    with studio(address, viewport={"width": width, "height": 800}) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_every_control_has_a_name_and_a_place_in_the_order_of_tab(address: str) -> None:
    """What a screen reader says, and what a keyboard reaches."""
    with studio(address) as page:
        nameless = page.evaluate("""
            [...document.querySelectorAll("button, input, select, textarea, [tabindex='0']")]
            .filter((e) => !(e.ariaLabel || e.labels?.length || e.textContent.trim()))
            .map((e) => e.outerHTML.slice(0, 80))""")  # fmt: skip
        assert nameless == []
        reached = set()
        for _ in range(45):
            page.keyboard.press("Tab")
            reached.add(page.evaluate(FOCUSED))
        wanted = {"consent", "picture", "camera", "tab-text", "text", "speak", "pad", "distance",
                  "mute", "compare", "seed", "theme"}  # fmt: skip
        assert wanted <= reached, wanted - reached


def test_nothing_is_fetched_from_elsewhere(address: str) -> None:
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(address)
        time.sleep(2)
        browser.close()
    assert asked
    assert [url for url in asked if not url.startswith((address, "blob:", "data:"))] == []


def pictures_in(path: Path) -> int:
    import av

    with av.open(str(path)) as file:
        return sum(1 for _ in file.decode(video=0))
