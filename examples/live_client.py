"""Speak through a face that `vasari serve` animates: sound in, pictures out, over a WebSocket.

python examples/live_client.py [SOUND] [ADDRESS]
"""

from __future__ import annotations

import asyncio
import json
import struct
import sys

import av
from websockets.asyncio.client import connect

from vasari.demo import demo_voice
from vasari.media import open_sound

HEADER = struct.Struct("<BBBBIqII")  # docs/live.md; flags: 1 key picture, 2 end of turn, 4 idle


async def main(sound: str, address: str) -> None:
    """Run the example."""
    async with connect(f"{address}/live", max_size=None) as socket:
        await socket.send(json.dumps({"type": "start", "face": "demo", "pictures": "h264"}))
        print(await socket.recv())  # {"type": "ready", ...}
        for piece in open_sound(sound).pieces():
            await socket.send((piece * 32767).astype("<i2").tobytes())
        await socket.send(json.dumps({"type": "flush"}))
        decoder = av.CodecContext.create("h264", "r")
        async for message in socket:
            if isinstance(message, bytes):
                _, _, _, flags, index, sample, size, _ = HEADER.unpack_from(message)
                packet = av.Packet(message[24 : 24 + size])
                for frame in decoder.decode(packet) if size else ():  # none: it was left out
                    picture = frame.to_ndarray(format="rgb24")  # (512, 512, 3): show it
                    if index % 40 == 0:
                        print(f"picture {index}, sample {sample}: {picture.shape}")
                if flags & 2:
                    break


if __name__ == "__main__":
    given = dict(enumerate(sys.argv[1:]))
    asyncio.run(main(given.get(0, str(demo_voice())), given.get(1, "ws://127.0.0.1:8765")))
