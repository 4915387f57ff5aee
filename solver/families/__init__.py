"""Parametrizations with unknowns: cells of one verdict, optima, named members, words."""

from solver.families.cells import Cell as Cell
from solver.families.family import Family as Family
from solver.families.family import Forms as Forms
from solver.families.goals import read_goal as read_goal
from solver.families.optimum import Goal as Goal
from solver.families.optimum import Optimum as Optimum
from solver.families.plain import plain_any_depth_survey as plain_any_depth_survey
from solver.families.plain import plain_survey as plain_survey
from solver.families.reading import Families as Families
from solver.families.reading import read_families as read_families
from solver.families.surveys import AnyDepthSurvey as AnyDepthSurvey
from solver.families.surveys import Survey as Survey
from solver.families.surveys import survey as survey
from solver.families.targets import Requirement as Requirement
from solver.families.targets import Target as Target
from solver.families.targets import understood as understood
from solver.families.words import optimum_text as optimum_text
from solver.families.words import where_text as where_text
