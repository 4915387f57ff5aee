"""Pictures of families: which values of the unknowns have which verdict.

Loads matplotlib, which takes long: whoever may not need a picture imports this late.
"""

from app.figures.regions.figure import draw as draw
