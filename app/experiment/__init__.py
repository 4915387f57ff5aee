"""Networks across widths: plan, train, measure, fit, judge.

Planning, fitting and judging need numpy only; ``run`` (and what it imports) needs torch, which
only the worker's process loads, and whoever calls ``check``.
"""

from app.experiment.asking import Checked as Checked
from app.experiment.asking import check as check
