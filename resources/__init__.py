"""Data that ships with Hounsfield: window presets, icons, theme, models."""

from pathlib import Path

ROOT = Path(__file__).parent
MODELS = ROOT / "models"
