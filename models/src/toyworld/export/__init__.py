"""Export to ONNX bundles and parity fixtures."""
