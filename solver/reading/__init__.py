"""From what somebody wrote down to a parametrization."""

from solver.reading.description import FIELDS as FIELDS
from solver.reading.description import Description as Description
from solver.reading.description import named_entry as named_entry
from solver.reading.description import read as read
from solver.reading.description import read_depth as read_depth
from solver.reading.optimizers import read_role_optimizers as read_role_optimizers
from solver.reading.symbols import MOST_FLAWS as MOST_FLAWS
from solver.reading.symbols import Path as Path
from solver.reading.symbols import is_list as is_list
from solver.reading.wiring import alignment_of as alignment_of
