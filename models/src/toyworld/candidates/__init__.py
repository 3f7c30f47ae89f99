"""Candidates of a picture generator, good ones and bad ones, made of a built-in bundle: what a swap in production has to tell apart."""
