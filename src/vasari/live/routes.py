"""What can be asked for, by address."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, UploadFile
from pydantic import BaseModel, Field
from starlette.requests import HTTPConnection, Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.websockets import WebSocket

from vasari.errors import VasariError
from vasari.live import spoken
from vasari.live.faces import Known
from vasari.live.house import Full
from vasari.live.refused import Missing, Refused
from vasari.live.rooms import Rooms
from vasari.live.rtc import Offer
from vasari.live.socket import ENOUGH, first_message, serve_socket
from vasari.live.videos import Order, Video
from vasari.live.wire import style_in, told

STUDIO = Path(__file__).parent / "studio"
KINDS = {
    ".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}  # fmt: skip
CONSENT = "Say that the person in the picture, and whose voice it is, agreed to this: consent=true."

router = APIRouter()


class FaceInfo(BaseModel):
    """One portrait."""

    id: str
    picture: str = Field(description="address of what will move, a JPEG")
    expires_in: float | None = Field(description="seconds, if it is not used; null: it stays")
    confidence: float = Field(description="of the reading, 0 to 1")
    notes: list[str] = Field(description="sentences that the reader said")


class VideoInfo(BaseModel):
    """One video."""

    id: str
    state: Literal["waiting", "running", "done", "failed"]
    done: int = Field(description="pictures made")
    total: int | None = Field(description="pictures in all, where it is known")
    notes: list[str]
    error: str | None
    file: str | None = Field(description="address of the MP4, once it is done")


class Health(BaseModel):
    """Whether it runs, and what it has."""

    status: Literal["ok"]
    version: str
    sessions: int
    free: int = Field(description="places for conversations")
    voices: dict[str, str] = Field(description="of the server's synthesiser, by name")
    badge: bool = Field(description="whether pictures say visibly that they are synthetic")
    keeps_seconds: float = Field(description="how long a portrait is kept that nobody uses")


class Text(BaseModel):
    """What is to be spoken."""

    text: str = Field(min_length=1, max_length=spoken.MOST_TEXT)
    voice: str = "en"
    speed: int = Field(160, ge=80, le=300, description="words a minute")


def _rooms(connection: HTTPConnection) -> Rooms:
    rooms: Rooms = connection.app.state.rooms
    return rooms


def _agreed(consent: bool) -> None:
    if not consent:
        raise Refused(CONSENT, 403)


@router.post("/faces", status_code=201, tags=["faces"])
async def add_face(
    request: Request, picture: UploadFile, consent: Annotated[bool, Form()] = False,
    face: Annotated[int, Form(ge=1, le=100, description="which, 1 is the largest")] = 1,
) -> FaceInfo:  # fmt: skip
    """Read a portrait: JPEG, PNG, WebP, AVIF, HEIC and others."""
    _agreed(consent)
    rooms = _rooms(request)
    return _face_info(rooms, await rooms.faces.read(await picture.read(), face))


@router.get("/faces", tags=["faces"])
async def list_faces(request: Request) -> list[FaceInfo]:
    """The portraits that are known."""
    rooms = _rooms(request)
    return [_face_info(rooms, known) for known in rooms.faces.all()]


@router.get("/faces/{name}/picture", response_class=Response, tags=["faces"])
async def see_face(request: Request, name: str) -> Response:
    """What will move, as JPEG."""
    return Response(_rooms(request).faces.get(name).seen, media_type="image/jpeg")


@router.delete("/faces/{name}", status_code=204, tags=["faces"])
async def delete_face(request: Request, name: str) -> None:
    """Forget a portrait."""
    _rooms(request).faces.delete(name)


def _face_info(rooms: Rooms, known: Known) -> FaceInfo:
    return FaceInfo(
        id=known.id, picture=f"/faces/{known.id}/picture", expires_in=rooms.faces.left(known),
        confidence=float(known.face.confidence), notes=known.doubts,
    )  # fmt: skip


@router.post("/videos", status_code=202, tags=["videos"])
async def add_video(
    request: Request, face: Annotated[str, Form(max_length=64)], sound: UploadFile,
    consent: Annotated[bool, Form()] = False,
    style: Annotated[str, Form(description="JSON, as in docs/live.md")] = "{}",
    size: Annotated[Literal["256", "384", "512", "768", "1024"], Form()] = "512",
    fps: Annotated[Literal["24", "25", "30", "40", "50", "60"], Form()] = "25",
) -> VideoInfo:  # fmt: skip
    """Have a video made of a portrait and a sound file."""
    _agreed(consent)
    style_in(style)
    rooms = _rooms(request)
    known = rooms.faces.get(face)
    order = Order(known, await sound.read(), style, int(size), fps)
    return _video_info(rooms.videos.order(order))


@router.get("/videos", tags=["videos"])
async def list_videos(request: Request) -> list[VideoInfo]:
    """The videos that are made or kept."""
    return [_video_info(video) for video in _rooms(request).videos.all()]


@router.get("/videos/{name}", tags=["videos"])
async def see_video(request: Request, name: str) -> VideoInfo:
    """How far one is."""
    return _video_info(_rooms(request).videos.get(name))


@router.delete("/videos/{name}", status_code=204, tags=["videos"])
async def delete_video(request: Request, name: str) -> None:
    """Stop making one, and delete it."""
    await _rooms(request).videos.delete(name)


@router.get("/videos/{name}/file", response_class=FileResponse, tags=["videos"])
async def download_video(request: Request, name: str) -> FileResponse:
    """The MP4."""
    video = _rooms(request).videos.get(name)
    if video.state != "done":
        raise Missing("video")
    return FileResponse(video.path, media_type="video/mp4", filename="vasari.mp4")


def _video_info(video: Video) -> VideoInfo:
    return VideoInfo(
        id=video.id, state=video.state, done=video.done, total=video.total,
        notes=list(video.notes), error=video.error,
        file=f"/videos/{video.id}/file" if video.state == "done" else None,
    )  # fmt: skip


@router.post("/speech", response_class=Response, tags=["speech"])
async def speak(text: Text) -> Response:
    """A text as a WAV file, by espeak-ng, where the server has it."""
    return Response(await spoken.spoken(text.text, text.voice, text.speed), media_type="audio/wav")


@router.websocket("/live")
async def live(socket: WebSocket) -> None:
    """A conversation; docs/live.md has its messages."""
    rooms = _rooms(socket)
    if rooms.full:  # said before it is opened, so that it costs nothing
        rooms.machine.metrics.refused.inc()
        return await _denied(socket)
    await socket.accept()
    try:
        start = await first_message(socket)
        session, talk = await rooms.begin(start, start.pictures)
    except Full as error:
        return await socket.close(1013, str(error))
    except VasariError as error:
        await socket.send_text(told("error", error=str(error)))
        return await socket.close(ENOUGH, "Nothing was begun.")
    try:
        await socket.send_text(told("ready", fps=start.fps, size=session.size))
        await serve_socket(socket, talk, start, rooms.settings.session_seconds)
    finally:
        rooms.end(session)


async def _denied(socket: WebSocket) -> None:
    answer = JSONResponse({"error": "All places are taken: try again later."}, 503)
    if "websocket.http.response" in socket.scope.get("extensions", {}):
        await socket.send_denial_response(answer)
    else:
        await socket.close(1013, "All places are taken: try again later.")


@router.post("/rtc", tags=["live"])
async def call(request: Request, offer: Offer) -> dict[str, Any]:
    """A conversation over WebRTC: an offer in, an answer out. The sound to be said is the offer's
    track; a data channel of its own takes the messages of docs/live.md."""
    rooms = _rooms(request)
    return await rooms.calls.answer(offer, rooms.begin, rooms.end)


@router.get("/rtc", tags=["live"])
async def ice(request: Request) -> dict[str, Any]:
    """The STUN and TURN servers for a client."""
    return {"iceServers": _rooms(request).calls.for_browsers()}


@router.get("/health", tags=["server"])
async def health(request: Request) -> Health:
    """Whether it runs, and whether there is a place."""
    rooms = _rooms(request)
    house = rooms.machine.house
    return Health(
        status="ok", version=request.app.version, sessions=len(house),
        free=max(0, house.limit - len(house)), voices=spoken.voices(),
        badge=rooms.settings.badged, keeps_seconds=rooms.settings.face_seconds,
    )  # fmt: skip


@router.get("/metrics", response_class=Response, tags=["server"])
async def metrics(request: Request) -> Response:
    """What is counted, for Prometheus."""
    return Response(_rooms(request).machine.metrics.text(), media_type="text/plain; version=0.0.4")


@router.get("/", include_in_schema=False)
async def studio() -> Response:
    """The studio's page."""
    return FileResponse(STUDIO / "index.html", media_type="text/html")


@router.get("/studio/{name}", include_in_schema=False)
async def asset(name: str) -> Response:
    """A file of the studio: one of those in the package, by name."""
    found = {path.name: path for path in STUDIO.iterdir() if path.suffix in KINDS}.get(name)
    if found is None:
        raise Missing("page")
    return FileResponse(found, media_type=KINDS[found.suffix])
