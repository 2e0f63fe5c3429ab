"""Portraits and videos of a server: kept for a while, and no longer."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import httpx
import pytest

from tests.faces import made_face
from tests.live.servers import running, upload
from vasari.live.faces import Faces
from vasari.live.refused import Refused
from vasari.live.settings import Settings
from vasari.live.work import Workshop


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def faces_of(clock: Clock, tmp_path: Path, **settings: object) -> Faces:
    return Faces(Settings(**settings), Workshop(["false"]), tmp_path, clock)  # type: ignore[arg-type]


def test_a_portrait_is_forgotten_when_nobody_uses_it(tmp_path: Path) -> None:
    async def run() -> None:
        clock = Clock()
        faces = faces_of(clock, tmp_path, face_seconds=100)
        one, two = faces.add(made_face()), faces.add(made_face(), name="demo")
        clock.now = 60
        faces.get(one.id)
        clock.now = 159
        assert [known.id for known in faces.all()] == [one.id, "demo"]
        assert faces.left(one) == pytest.approx(1)
        clock.now = 161
        assert [known.id for known in faces.all()] == ["demo"]
        assert faces.left(two) is None
        with pytest.raises(Refused) as refused:
            faces.get(one.id)
        assert refused.value.status == 404

    asyncio.run(run())


def test_there_is_room_for_so_many(tmp_path: Path) -> None:
    async def run() -> None:
        faces = faces_of(Clock(), tmp_path, faces=1)
        known = faces.add(made_face())
        with pytest.raises(Refused) as refused:
            await faces.read(b"x")
        assert refused.value.status == 503
        faces.delete(known.id)
        with pytest.raises(Refused):
            faces.delete(known.id)

    asyncio.run(run())


def test_a_process_that_hangs_or_dies_is_told_of(tmp_path: Path) -> None:
    ready = "import json, sys, time\nprint(json.dumps({'ready': True}), flush=True)\n"

    async def run(then: str, seconds: float) -> Refused:
        workshop = Workshop([sys.executable, "-c", ready + then])
        with pytest.raises(Refused) as refused:
            await workshop.do({}, lambda said: None, seconds, 1 << 30)
        return refused.value

    for then, seconds in (("time.sleep(60)", 0.2), ("sys.stdin.readline(); sys.exit(3)", 60.0)):
        assert asyncio.run(run(then, seconds)).status == 422


def test_names_cannot_be_guessed(tmp_path: Path) -> None:
    async def run() -> list[str]:
        faces = faces_of(Clock(), tmp_path)
        return [faces.add(made_face()).id for _ in range(5)]

    names = asyncio.run(run())
    assert len(set(names)) == 5
    assert all(len(name) >= 12 for name in names)


def test_consent_is_asked_for(portrait: Path, voice: Path) -> None:
    with running(made_face()) as address, httpx.Client(base_url=address) as client:
        answer = upload(client, "/faces", {"picture": portrait})
        assert answer.status_code == 403
        assert "agreed" in answer.json()["error"]
        assert upload(client, "/videos", {"sound": voice}, face="demo").status_code == 403


@pytest.mark.slow
def test_from_a_picture_to_a_video(portrait: Path, voice: Path, tmp_path: Path) -> None:
    """Through real processes: read, list, see, make, watch, download, delete."""
    with running() as address, httpx.Client(base_url=address, timeout=120) as client:
        added = upload(client, "/faces", {"picture": portrait}, consent="true")
        assert added.status_code == 201, added.text
        face = added.json()
        assert face["confidence"] > 0.5
        assert [one["id"] for one in client.get("/faces").json()] == [face["id"]]
        assert client.get(face["picture"]).content[:2] == b"\xff\xd8"

        asked = upload(client, "/videos", {"sound": voice}, face=face["id"], consent="true",
                       size="256", style='{"gaze": [10, 0]}')  # fmt: skip
        assert asked.status_code == 202, asked.text
        video = watched(client, asked.json()["id"])
        assert video["state"] == "done", video
        assert video["done"] == 25
        film = client.get(video["file"])
        assert film.headers["content-type"] == "video/mp4"
        (tmp_path / "a.mp4").write_bytes(film.content)
        assert pictures_in(tmp_path / "a.mp4") == 25

        assert client.delete(f"/videos/{video['id']}").status_code == 204
        assert client.get(video["file"]).status_code == 404
        assert client.delete(f"/faces/{face['id']}").status_code == 204
        assert client.get("/faces").json() == []


@pytest.mark.slow
def test_a_video_can_be_stopped(voice: Path, tmp_path: Path) -> None:
    from tests.conftest import voice_like, write_wav

    long = write_wav(tmp_path / "long.wav", voice_like(120.0))
    with running(made_face()) as address, httpx.Client(base_url=address, timeout=60) as client:
        asked = upload(client, "/videos", {"sound": long}, face="demo", consent="true").json()
        second = upload(client, "/videos", {"sound": voice}, face="demo", consent="true").json()
        assert client.delete(f"/videos/{asked['id']}").status_code == 204
        assert watched(client, second["id"])["state"] == "done"


@pytest.mark.slow
@pytest.mark.parametrize("content", [b"", b"no picture at all", b"\xff\xd8\xff" + bytes(5000)])
def test_what_is_no_picture(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "picture").write_bytes(content)
    with running() as address, httpx.Client(base_url=address, timeout=60) as client:
        answer = upload(client, "/faces", {"picture": tmp_path / "picture"}, consent="true")
        assert answer.status_code == 422, answer.text
        said = answer.json()["error"]
        assert said.endswith(".")
        assert "/" not in said
        assert client.get("/health").json()["status"] == "ok"


def watched(client: httpx.Client, name: str) -> dict[str, object]:
    import time

    while True:
        video: dict[str, object] = client.get(f"/videos/{name}").json()
        if video["state"] in ("done", "failed"):
            return video
        time.sleep(0.2)


def pictures_in(path: Path) -> int:
    import av

    with av.open(str(path)) as file:
        return sum(1 for _ in file.decode(video=0))
