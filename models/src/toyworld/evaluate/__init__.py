"""Measuring the family end to end (numpy, pillow and onnxruntime only)."""
