"""The nearest parametrization with a wanted behaviour."""

from solver.repairs.decisions import Options as Options
from solver.repairs.least_change import DEFAULT_MARGIN as DEFAULT_MARGIN
from solver.repairs.least_change import Change as Change
from solver.repairs.least_change import Proposal as Proposal
from solver.repairs.least_change import Repair as Repair
from solver.repairs.least_change import Wanted as Wanted
from solver.repairs.least_change import meets as meets
from solver.repairs.least_change import repair as repair
from solver.repairs.reading import OptionsReader as OptionsReader
from solver.repairs.words import change_text as change_text
from solver.repairs.words import untied_text as untied_text
