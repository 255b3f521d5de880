"""The doctor: checks everything that this installation depends on."""

from livechat.operations.doctor.examination import Examination, examine
from livechat.operations.doctor.findings import Finding, State

__all__ = ["Examination", "Finding", "State", "examine"]
