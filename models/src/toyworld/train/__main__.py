"""Trains the parts named on the command line, in order: python -m toyworld.train vae judge …"""
import importlib
import sys

from .common import setup

setup()
for name in sys.argv[1:]:
    importlib.import_module(f"toyworld.train.{name}").main()
