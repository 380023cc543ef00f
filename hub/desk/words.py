"""What staff read where a citizen's page speaks to the citizen: states and steps by name."""

from __future__ import annotations

from hub.web.progress_words import state_name
from terminal.domain.case import Case, Step
from terminal.domain.records import CorrectionNotified, MaterialsSupplemented
from terminal.texts import Texts


def staff_state(case: Case, texts: Texts) -> str:
    """Return the state of a case for whoever handles it; the applicant is somebody else."""
    key = f"desk.state.{case.state.value}"
    return texts(key) if texts.has(key) else state_name(case, texts)


def step_names(case: Case, texts: Texts) -> list[tuple[Step, str]]:
    """Return the steps of a case with their names; what the desk noted before a notice is none
    of the applicant's doing.
    """
    found, told = [], False
    for step in case.history:
        noted = step.kind == MaterialsSupplemented.kind and step.actor.kind == "department"
        key = "desk.step.materials_noted" if noted and not told else ""
        found.append((step, texts(key) if key else step_name(step.kind, texts)))
        if step.kind in (CorrectionNotified.kind, MaterialsSupplemented.kind):
            told = step.kind == CorrectionNotified.kind
    return found


def step_name(kind: str, texts: Texts) -> str:
    """Return what a step is called at the desk; one that has no name shows its kind."""
    for key in (f"desk.step.{kind}", f"hub.step.{kind}", f"hub.history.{kind}"):
        if texts.has(key):
            return texts(key)
    return kind
