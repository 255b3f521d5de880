"""The doctor: does everything that this installation lives on work as it must?"""

from livechat.services.doctor.examination import Examination, examine
from livechat.services.doctor.findings import Finding, State

__all__ = ["Examination", "Finding", "State", "examine"]
