"""The experiments that show what learning features is for, in miniature; numpy only.

Word embeddings, analogies, few-shot learning and transfer, each with a linear network of one hidden
layer: at finite widths under µP and under NTK, and in the infinite-width limit of µP.  From the
talk to *Feature Learning in Infinite-Width Neural Networks* (TP4, arXiv 2011.14522), Section 7.
"""

from app.demonstrations.analogies import analogies as analogies
from app.demonstrations.few_shot import few_shot as few_shot
from app.demonstrations.linear_network import Scaling as Scaling
from app.demonstrations.report import Demonstration as Demonstration
from app.demonstrations.report import Picture as Picture
from app.demonstrations.report import Row as Row
from app.demonstrations.transfer import transfer as transfer
from app.demonstrations.words import CorpusName as CorpusName
from app.demonstrations.words import words as words
