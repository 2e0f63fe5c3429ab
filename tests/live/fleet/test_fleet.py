"""A real local Ray of two workers: files of which one is bad and one worker dies, and a server."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import voice_like, write_wav
from tests.faces import made_face
from vasari import VasariError
from vasari.jobs import batch as job
from vasari.jobs.batch import batch, rows_of

ray = pytest.importorskip("ray", reason="the extra fleet is not installed: make fleet")
pytestmark = pytest.mark.filterwarnings("default")

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    ray.init(
        num_cpus=2, include_dashboard=False, log_to_driver=False,
        runtime_env={"env_vars": {"PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1"}},
    )  # fmt: skip
    yield
    ray.shutdown()


@pytest.fixture
def table(tmp_path: Path) -> Path:
    made_face().save(tmp_path / "a.face")
    write_wav(tmp_path / "a.wav", voice_like(0.4))
    rows = [(tmp_path / "a.face", tmp_path / "a.wav", tmp_path / f"{k}.mp4") for k in range(4)]
    rows[2] = (tmp_path / "nobody.jpg", *rows[2][1:])
    lines = ["picture,sound,out", *(",".join(map(str, row)) for row in rows)]
    (tmp_path / "table.csv").write_text("\n".join(lines))
    return tmp_path / "table.csv"


def dies_once(row: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    """As `_one`, but the worker of row 1 is killed in the middle, the first time."""
    import os
    from pathlib import Path

    from vasari.jobs.batch import _one

    out = Path(row["out"])
    if out.stem == "1" and not (note := out.with_suffix(".killed")).exists():
        note.touch()
        os.kill(os.getpid(), 9)
    return _one(row, options)


@pytest.mark.usefixtures("cluster")
def test_a_bad_row_and_a_killed_worker_stop_nobody(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "_one", dies_once)
    done = batch(table, tmp_path / "report.json", size=256)
    assert [one.state for one in done] == ["made", "made", "failed", "made"]
    assert "nobody.jpg" in done[2].why
    assert (tmp_path / "1.killed").exists()
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["counts"] == {"made": 3, "failed": 1}
    assert sorted(p.name for p in tmp_path.glob("*.mp4")) == ["0.mp4", "1.mp4", "3.mp4"]
    monkeypatch.undo()
    (tmp_path / "3.mp4").unlink()
    again = batch(table, tmp_path / "report.json", size=256)
    assert [one.state for one in again] == ["there already", "there already", "failed", "made"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a,b\n1,2", "picture,sound,out"),
        ("picture,sound,out\n", "0 rows"),
        ("picture,sound,out\na,b,c\na,b,c", "same file"),
    ],
)
def test_tables_that_are_none(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(VasariError, match=says):
        rows_of(tmp_path / "a.csv")


@pytest.mark.usefixtures("cluster")
def test_a_server_of_two_replicas_outlives_one(tmp_path: Path) -> None:
    """A conversation through Ray Serve; then its replica is killed, and the next one works."""
    pytest.importorskip("websockets")
    from ray import serve

    from vasari.jobs.fleet import Wishes, application
    from vasari.live.settings import Settings

    made_face(side=256).save(tmp_path / "ada.face")
    wishes = Wishes(tmp_path, Settings(sessions=2, session_seconds=20.0), 2, 2, cores=0.5)
    serve.start(http_options={"port": 8791})
    serve.run(application(wishes), route_prefix="/")
    try:
        first = asyncio.run(pictures_of_a_turn())
        assert first > 10
        ray.kill(_replicas()[0], no_restart=False)
        assert asyncio.run(pictures_of_a_turn(tries=60)) > 10
    finally:
        serve.shutdown()


def _replicas() -> list[Any]:
    names = [one["name"] for one in ray.util.list_named_actors(all_namespaces=True)
             if "vasari" in one["name"] and "REPLICA" in one["name"]]  # fmt: skip
    return [ray.get_actor(name, namespace="serve") for name in sorted(names)]


async def pictures_of_a_turn(tries: int = 1) -> int:
    """How many pictures a client gets that says something; it tries again while nobody is there."""
    for left in reversed(range(tries)):
        try:
            return await _turn()
        except Exception:
            if not left:
                raise
            await asyncio.sleep(1)
    return 0


async def _turn() -> int:
    from websockets.asyncio.client import connect

    from vasari.live.pcm import to_pcm
    from vasari.live.wire import unpacked

    start = {"type": "start", "face": "ada", "fps": 25, "size": 256, "pictures": "jpeg"}
    shown = 0
    async with connect("ws://127.0.0.1:8791/live", max_size=None) as socket:
        await socket.send(json.dumps(start))
        await socket.send(to_pcm(voice_like(1.0)))
        await socket.send(json.dumps({"type": "flush"}))
        async with asyncio.timeout(60):
            async for message in socket:
                if isinstance(message, bytes):
                    shown += 1
                    if unpacked(message).end:
                        return shown
    return shown
