"""The small networks that ship with the package, loaded once each when first needed."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import onnxruntime as ort

WEIGHTS = (  # every file that Vasari reads
    "face_space.npz", "finder.onnx", "head.npz", "matte.onnx", "motion.npz", "motion.onnx",
    "mouth.onnx", "painter.onnx", "reader.onnx", "reader_coarse.onnx", "reader_eye.onnx",
    "reader_mouth.onnx", "speech.onnx",
)  # fmt: skip


@cache
def network(name: str) -> Any:
    """The ONNX Runtime session of `weights/<name>.onnx`: CPU, one thread, fixed arithmetic."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    weights = (files("vasari") / "weights" / f"{name}.onnx").read_bytes()
    return ort.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
