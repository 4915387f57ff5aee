"""Exact classification of abc-parametrizations: how a network behaves as its width grows.

Pure functions on exact rationals, from *Feature Learning in Infinite-Width Neural Networks*
(TP4, arXiv 2011.14522) and *Adaptive Optimization in the Infinite-Width Limit* (TP4b, arXiv
2308.01814).  Everything is reached through these names.
"""

from solver.batch import BatchVerdict as BatchVerdict
from solver.batch import classify_many as classify_many
from solver.batch import classify_vectors as classify_vectors
from solver.certificate import ConditionReport as ConditionReport
from solver.certificate import kept_for_lines as kept_for_lines
from solver.conditions import Coefficients as Coefficients
from solver.conditions import Condition as Condition
from solver.conditions import Optimizer as Optimizer
from solver.conditions import Role as Role
from solver.conditions import System as System
from solver.conditions import system as system
from solver.consequences import Activation as Activation
from solver.decisions import Options as Options
from solver.equivalence import Equivalence as Equivalence
from solver.equivalence import compare as compare
from solver.errors import ExponentError as ExponentError
from solver.errors import Flaw as Flaw
from solver.errors import ParametrizationError as ParametrizationError
from solver.errors import SolverError as SolverError
from solver.errors import TimeLimitError as TimeLimitError
from solver.errors import UnknownParametrizationError as UnknownParametrizationError
from solver.evaluate import Kind as Kind
from solver.exponents import DEFAULT_LIMITS as DEFAULT_LIMITS
from solver.exponents import Limits as Limits
from solver.exponents import Written as Written
from solver.exponents import format_exponent as format_exponent
from solver.exponents import parse_exponent as parse_exponent
from solver.family_reading import Families as Families
from solver.family_reading import read_families as read_families
from solver.gallery import GALLERY as GALLERY
from solver.gallery import GalleryEntry as GalleryEntry
from solver.gallery import gallery_entry as gallery_entry
from solver.optimum import Goal as Goal
from solver.optimum import Optimum as Optimum
from solver.parametrization import Exponents as Exponents
from solver.parametrization import Parametrization as Parametrization
from solver.parametrization import RoleParametrization as RoleParametrization
from solver.parametrization import described_by as described_by
from solver.reading import Description as Description
from solver.reading import read as read
from solver.reading import read_depth as read_depth
from solver.region_words import cell_latex as cell_latex
from solver.region_words import optimum_text as optimum_text
from solver.region_words import where_text as where_text
from solver.region_words import written as written
from solver.regions import Cell as Cell
from solver.repair_reading import OptionsReader as OptionsReader
from solver.repair_words import change_text as change_text
from solver.repair_words import repair_text as repair_text
from solver.repairs import DEFAULT_MARGIN as DEFAULT_MARGIN
from solver.repairs import Change as Change
from solver.repairs import Proposal as Proposal
from solver.repairs import Repair as Repair
from solver.repairs import meets as meets
from solver.repairs import repair as repair
from solver.scaling import Prediction as Prediction
from solver.scaling import predictions as predictions
from solver.spans import LayerSpan as LayerSpan
from solver.spans import describe_layers as describe_layers
from solver.surveys import Survey as Survey
from solver.surveys import same_verdicts as same_verdicts
from solver.surveys import survey as survey
from solver.symbolic import relations as relations
from solver.targets import Requirement as Requirement
from solver.targets import Target as Target
from solver.targets import understood as understood
from solver.verdict import AnyDepthVerdict as AnyDepthVerdict
from solver.verdict import LayerReport as LayerReport
from solver.verdict import Verdict as Verdict
from solver.verdict import classify as classify
from solver.verdict import classify_any_depth as classify_any_depth
