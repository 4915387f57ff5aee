"""Pictures of programs.

Loads matplotlib, which takes long: whoever may not need a picture imports this late.
"""

from app.figures.programs.figure import draw as draw
