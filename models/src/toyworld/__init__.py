"""The built-in model family: a procedural world, the networks trained on it, their export and their evaluation."""
