"""Tests; the folders mirror those of the packages."""

from pathlib import Path

#: The folder that the packages lie in.
ROOT = Path(__file__).parent.parent
