"""The face space: identity, expression, pose and gaze, each changed alone; and crops of a face."""
