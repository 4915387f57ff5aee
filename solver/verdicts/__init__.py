"""One point: its evaluation, certificate, reasons, consequences and equivalence."""

from solver.verdicts.any_depth_equivalence import AnyDepthEquivalence as AnyDepthEquivalence
from solver.verdicts.any_depth_equivalence import compare_any_depth as compare_any_depth
from solver.verdicts.certificate import ConditionReport as ConditionReport
from solver.verdicts.decay import Decay as Decay
from solver.verdicts.equivalence import Equivalence as Equivalence
from solver.verdicts.equivalence import compare as compare
from solver.verdicts.evaluation import Evaluation as Evaluation
from solver.verdicts.evaluation import evaluate as evaluate
from solver.verdicts.instability import Instability as Instability
from solver.verdicts.judgement import Judgement as Judgement
from solver.verdicts.judgement import LayerReport as LayerReport
from solver.verdicts.plain import plain_any_depth as plain_any_depth
from solver.verdicts.plain import plain_condition as plain_condition
from solver.verdicts.plain import plain_judgement as plain_judgement
from solver.verdicts.plain import plain_verdict as plain_verdict
from solver.verdicts.untrained import Untrained as Untrained
from solver.verdicts.verdict import AnyDepthVerdict as AnyDepthVerdict
from solver.verdicts.verdict import Loss as Loss
from solver.verdicts.verdict import Verdict as Verdict
from solver.verdicts.verdict import classify as classify
from solver.verdicts.verdict import classify_any_depth as classify_any_depth
