"""A companion with a face, as a LiveKit agent: python examples/companion_livekit.py dev.

Needs `pip install 'vasari[livekit]'`, and in the environment LIVEKIT_URL, LIVEKIT_API_KEY and
LIVEKIT_API_SECRET; ears, head and voice come from LiveKit's inference here, and may be any plugin.
VASARI_FACE names a picture or a saved face.
"""

from __future__ import annotations

import os

from livekit.agents import Agent, AgentServer, AgentSession, JobContext, cli, room_io

from vasari.demo import demo_portrait
from vasari.live.livekit import VasariAvatar

server = AgentServer()
INSTRUCTIONS = "You are a friendly companion. Answer in one or two short sentences, plainly."


@server.rtc_session()
async def companion(ctx: JobContext) -> None:
    """One conversation."""
    await ctx.connect()
    session = AgentSession(
        stt="assemblyai/universal-streaming", llm="openai/gpt-4.1-mini", tts="cartesia/sonic-2",
        resume_false_interruption=False,  # an avatar's output cannot be paused
    )  # fmt: skip
    avatar = VasariAvatar(os.environ.get("VASARI_FACE") or demo_portrait(), size=512)
    await avatar.start(session, room=ctx.room)
    await session.start(
        agent=Agent(instructions=INSTRUCTIONS), room=ctx.room,
        room_options=room_io.RoomOptions(audio_output=False),  # the avatar publishes the voice
    )  # fmt: skip


if __name__ == "__main__":
    cli.run_app(server)
