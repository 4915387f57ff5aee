"""Pictures of demonstrations: measures against width, and embeddings."""

from app.figures.demonstrations.figure import draw as draw
