"""The nearest parametrization with a wanted behaviour."""

from solver.repairs.any_depth import AnyDepthRepair as AnyDepthRepair
from solver.repairs.any_depth import repair_any_depth as repair_any_depth
from solver.repairs.decisions import Options as Options
from solver.repairs.least_change import DEFAULT_MARGIN as DEFAULT_MARGIN
from solver.repairs.least_change import Change as Change
from solver.repairs.least_change import Proposal as Proposal
from solver.repairs.least_change import Repair as Repair
from solver.repairs.least_change import Wanted as Wanted
from solver.repairs.least_change import repair as repair
from solver.repairs.plain import plain_any_depth_repair as plain_any_depth_repair
from solver.repairs.plain import plain_repair as plain_repair
from solver.repairs.reading import OptionsReader as OptionsReader
