"""The doctor: does everything that this installation lives on work as it must?"""

from livechat.operations.doctor.examination import Examination, examine
from livechat.operations.doctor.findings import Finding, State

__all__ = ["Examination", "Finding", "State", "examine"]
