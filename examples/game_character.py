"""A game's character speaks: ARKit curves while the sound plays, as Live Link Face sends them.

python examples/game_character.py [SOUND HOST:PORT]

In Unreal Engine: plugin "Apple ARKit Face Support", then Window, Live Link: the subject "Vasari"
appears. No picture is drawn: only the curves are made, in a few per cent of one core.
"""

from __future__ import annotations

import socket
import sys
import time

import numpy as np

from vasari import Style
from vasari.demo import demo_voice
from vasari.follow.live_link_udp import PORT, packets
from vasari.media import open_sound
from vasari.motion import MotionStream
from vasari.motion.frame_rate import FrameRate
from vasari.speech import SpeechStream

FPS = 60
PIECE = 320  # samples, 20 ms


def main() -> None:
    """Run the example."""
    sound, address = sys.argv[1:] or (demo_voice(), f"127.0.0.1:{PORT}")
    host, port = address.rsplit(":", 1)
    speech, motion, rate = SpeechStream(1), MotionStream(Style(), 1, 1), FrameRate(FPS, ahead=1)
    sent, start = 0, time.monotonic()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as to:
        for whole in open_sound(sound).pieces():
            for piece in np.split(whole, range(PIECE, len(whole), PIECE)):  # as a microphone would
                moves = rate.push(motion.push(speech.push(piece)))
                for packet in packets(moves, sent):
                    time.sleep(max(0.0, start + sent / FPS - time.monotonic()))
                    to.sendto(packet, (host, int(port)))
                    sent += 1
    print(f"Sent {sent} frames to {address}")


if __name__ == "__main__":
    main()
