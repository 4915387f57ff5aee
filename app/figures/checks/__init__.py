"""Pictures of coordinate checks.

Loads matplotlib, which takes long: whoever may not need a picture imports this late.
"""

from app.figures.checks.figure import draw as draw
