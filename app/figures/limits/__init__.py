"""Pictures of limits: outputs step by step."""

from app.figures.limits.figure import draw as draw
