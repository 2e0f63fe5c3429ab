"""How alike two faces are to a network that has learned to look at faces.

Grey levels one by one say little of what looks wrong. So, after Zhang et al. 2018 ("The
unreasonable effectiveness of deep features"), two crops are compared by what our own readers of
landmarks feel inside: at three depths of the network the cosine distance between the activations
(one vector over the channels for each place) is taken, its mean over the places, and of the three
depths the mean. 0 is the same picture, 1 is unrelated. The whole face goes through the reader
(upright crop, 128 px), the mouth through the mouth's reader (64 px), both placed by the teacher's
landmarks of the real picture. No weights were fitted to people's judgement, so a figure is read
between its controls: the real clip encoded again below, the first picture held above.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from vasari.networks import onnxruntime
from vasari.portrait.detail import MOUTH, window
from vasari.portrait.detail import SIDE as MOUTH_SIDE
from vasari.portrait.reader import FINE, FINE_ROOM
from vasari.shape.crops import cut_out, upright

FACE_SIDE = 128
# The blocks of each network's body after which its picture gets smaller: edges, parts, features.
DEPTHS = {FINE: (3, 5, 8), MOUTH.name: (3, 5, 7)}


@cache
def inner(name: str) -> Any:
    """A session of `weights/<name>.onnx` that gives what it feels at DEPTHS."""
    import onnx  # comes with the training requirements

    model = onnx.load_from_string((files("vasari") / "weights" / f"{name}.onnx").read_bytes())
    del model.graph.output[:]
    model.graph.output.extend(
        onnx.helper.make_tensor_value_info(
            f"/model/body/body.{k}/Relu_output_0", onnx.TensorProto.FLOAT, None
        )
        for k in DEPTHS[name]
    )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def distance(name: str, a: np.ndarray, b: np.ndarray) -> float:
    """Of two crops (side, side, 3) uint8 to network `name`, 0 to 1."""
    felt = inner(name).run(None, {"crops": np.ascontiguousarray([a, b])})
    return float(np.mean([_apart(*layer) for layer in felt]))


def _apart(a: np.ndarray, b: np.ndarray) -> float:
    """Mean over the places of the cosine distance between activations (channels, h, w)."""
    lengths = np.linalg.norm(a, axis=0) * np.linalg.norm(b, axis=0)
    cosine = (a * b).sum(0) / np.maximum(lengths, 1e-9)
    cosine[lengths < 1e-9] = 1.0 if np.array_equal(a, b) else 0.0
    return float(1 - cosine.mean())


def distances(real: np.ndarray, made: np.ndarray, landmarks: np.ndarray) -> dict[str, float]:
    """Of two whole pictures, at the face and at the mouth that `landmarks` (478, 3) tell."""
    looks = {
        "face": (FINE, upright(landmarks, FACE_SIDE, FINE_ROOM), FACE_SIDE),
        "mouth": (MOUTH.name, window(landmarks, MOUTH.middle, MOUTH_SIDE, MOUTH.room), MOUTH_SIDE),
    }
    return {
        part: distance(name, cut_out(real, m, side), cut_out(made, m, side))
        for part, (name, m, side) in looks.items()
    }
