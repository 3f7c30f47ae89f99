"""Training, one module a part; every part is checkpointed and can be resumed."""
