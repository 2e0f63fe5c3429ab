"""Landmarks by name: MediaPipe's 468 points of the mesh, then five of each iris.

Left and right are the subject's.
"""

from __future__ import annotations

import numpy as np

MESH_POINTS = 468  # the first so many of all landmarks
RIGHT_IRIS, LEFT_IRIS = 468, 473  # the middle of each; four points of its rim follow
OUTER_CORNERS = (33, 263)  # of the eyes, right and left: an eye distance apart
FOREHEAD, CHIN = 10, 152  # the upper and the lower end of the face's oval
# Lip rings from the inner line outwards; row k of upper and lower are the pairs that meet.
LIP_RINGS_UPPER = np.array([
    [191, 80, 81, 82, 13, 312, 311, 310, 415],
    [183, 42, 41, 38, 12, 268, 271, 272, 407],
    [184, 74, 73, 72, 11, 302, 303, 304, 408],
])  # fmt: skip
LIP_RINGS_LOWER = np.array([
    [95, 88, 178, 87, 14, 317, 402, 318, 324],
    [96, 89, 179, 86, 15, 316, 403, 319, 325],
    [77, 90, 180, 85, 16, 315, 404, 320, 307],
])  # fmt: skip
# Lid pairs, right eye then left.
LIDS_UPPER = np.array([246, 161, 160, 159, 158, 157, 173, 466, 388, 387, 386, 385, 384, 398])
LIDS_LOWER = np.array([7, 163, 144, 145, 153, 154, 155, 249, 390, 373, 374, 380, 381, 382])
# The next points above the upper lid line.
LIDS_ABOVE = np.array([247, 30, 29, 27, 28, 56, 190, 467, 260, 259, 257, 258, 286, 414])
