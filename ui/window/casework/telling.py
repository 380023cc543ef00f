"""告知: a department's papers come out of the printer here, and are handed over and signed for."""

from __future__ import annotations

from ui.widgets.basics import Label
from ui.window.casework.acts import CaseAct, to_print, to_tell
from ui.window.casework.clerking import Call, CaseFile
from ui.window.casework.form import CaseForm


class TellForm(CaseForm):
    """打印部门文书: the key prints them; then the citizen is asked to sign for them."""

    act = CaseAct.TELL

    def build(self) -> None:
        self.papers = Label("", "strong", wrap=True, object_name="tell_papers")
        self.add_widget(self.papers)

    def fill(self, file: CaseFile) -> None:
        owed = to_print(file.case, file.documents)
        self.papers.say("\n".join(self.texts(f"window.document.{one.kinds[0]}") for one in owed))

    def call(self) -> Call:
        assert self.file is not None
        ctx, case_id, action = self.clerking.ctx, self.file.case.case_id, self.action_id
        return lambda: ctx.telling.print(case_id, action)

    def then(self) -> CaseAct | None:
        """Return what comes next: a decision is signed for with the result."""
        assert self.file is not None
        owed = to_tell(self.file.case, self.file.documents)
        return CaseAct.SIGN if owed else CaseAct.DELIVER
