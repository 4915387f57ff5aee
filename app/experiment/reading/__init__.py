"""From a question, as somebody wrote it down, to an experiment."""

from app.experiment.reading.question import ACTIVATIONS as ACTIVATIONS
from app.experiment.reading.question import DEVICES as DEVICES
from app.experiment.reading.question import METHODS as METHODS
from app.experiment.reading.question import Question as Question
from app.experiment.reading.question import read_question as read_question
