"""The networks of the family (torch)."""
