"""The small networks that ship with the package, loaded once each when first needed.

From 1.29 on ONNX Runtime reports to its maker. The variable forbids it everything, but is read
only when the library is first imported. Where somebody imported it earlier without the variable,
its report about the process is under way; the call keeps what Vasari does out of it.
"""

from __future__ import annotations

import os
from functools import cache
from importlib.resources import files
from typing import Any

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime

onnxruntime.disable_telemetry_events()

WEIGHTS = (  # every file that Vasari reads
    "ear.onnx", "face_space.npz", "feeling.onnx", "finder.onnx", "life.onnx", "matte.onnx",
    "motion.onnx", "mouth.onnx", "painter.onnx", "presence.onnx", "reader.onnx",
    "reader_coarse.onnx", "reader_eye.onnx", "reader_mouth.onnx", "speech.onnx",
)  # fmt: skip


@cache
def network(name: str) -> Any:
    """The ONNX Runtime session of `weights/<name>.onnx`: CPU, one thread, fixed arithmetic."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    weights = (files("vasari") / "weights" / f"{name}.onnx").read_bytes()
    return onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
