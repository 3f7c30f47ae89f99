"""The procedural world: scenes, how they look, and how people talk about them."""
