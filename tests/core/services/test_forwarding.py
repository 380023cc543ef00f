"""Prepared applications: through the window's own service, whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from terminal.cli.intake import schema_text
from terminal.domain.case import CaseState
from terminal.errors import InvalidInput, TerminalError
from terminal.services import prepared
from terminal.services.prepared import PreparedApplication
from terminal.services.views import Saved
from tests.core.hall import LICENCE, OTHER, PASSWORD, PLAIN, VISITOR, Hall

ROOT = Path(__file__).parents[3]
PERSON = {"name": VISITOR.name, "identity_number": VISITOR.identity_number}
WHOLE: dict[str, Any] = {
    "act": "accept",
    "item": LICENCE.code,
    "visitor": PERSON,
    "answers": {"kind": "retail"},
    "materials": [{"id": "card"}, {"id": "form"}, {"id": "lease"}],
    "form": {"area": "120"},
}


def take_in(hall: Hall, folder: Path, **changes: Any) -> Saved:
    """Take in the whole application with some changes."""
    application = msgspec.convert({**WHOLE, **changes}, PreparedApplication)
    return hall.ctx.forwarding.take_in(
        application, hall.clerk, folder=folder, second_password=lambda _login: PASSWORD
    )


def refusal(hall: Hall, folder: Path, **changes: Any) -> str:
    """The code with which the application is refused; nothing may be left behind."""
    with pytest.raises(TerminalError) as caught:
        take_in(hall, folder, **changes)
    assert caught.value.sentence()
    assert hall.written() == 1
    assert hall.ctx.printing.jobs() == ()
    return caught.value.code


def test_an_application_becomes_a_case_as_at_the_window(hall: Hall, tmp_path: Path) -> None:
    saved = take_in(hall, tmp_path)
    assert saved.case.state is CaseState.ACCEPTED
    case = hall.ctx.cases.case(saved.case.case_id)
    assert case.applicant.source.value == "FILE"
    assert (case.applicant.birth, case.form["name"]) == ("1985-05-04", VISITOR.name)
    assert hall.kinds()[1:] == [
        "visit_opened", "case_received", "case_accepted", "document_issued", "document_issued",
        "visit_ended",
    ]  # fmt: skip


def test_the_same_application_again_is_the_first_answer(hall: Hall, tmp_path: Path) -> None:
    first = take_in(hall, tmp_path)
    count = hall.written()
    again = take_in(hall, tmp_path)
    assert again.repeated
    assert again.case.receipt_number == first.case.receipt_number
    assert hall.written() == count
    # The order of keys is not content; a named action is another action.
    turned = dict(reversed(WHOLE.items()))
    application = msgspec.convert(turned, PreparedApplication)
    assert prepared.action_id_of(application) == prepared.action_id_of(
        msgspec.convert(WHOLE, PreparedApplication)
    )
    named = take_in(hall, tmp_path, action_id="01a20181-e7a3-7298-b315-81eed11564ad")
    assert named.case.receipt_number != first.case.receipt_number


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"item": "T-NOBODY"}, "catalogue.unknown_item"),
        ({"visitor": {**PERSON, "identity_number": "210211198505041235"}}, "identity.check_digit"),
        ({"visitor": {**PERSON, "identity_number": "210211198502301234"}}, "identity.birth_date"),
        (
            {"visitor": {**PERSON, "identity_number": "２10211198505041234"}},
            "identity.full_width",
        ),
        ({"visitor": {**PERSON, "name": "张\u0007三"}}, "intake.name_control"),
        ({"answers": {}}, "intake.unanswered"),
        ({"answers": {"kind": "circus"}}, "intake.unknown_answer"),
        ({"answers": {"kind": "retail", "more": "x"}}, "intake.unknown_answer"),
        ({"materials": [{"id": "passport"}]}, "intake.unknown_material"),
        ({"materials": [{"id": "kitchen"}]}, "intake.unknown_material"),
        ({"materials": [{"id": "card"}]}, "act.materials_lacking"),
        ({"materials": [{"id": "form", "status": "DEFECTIVE"}]}, "intake.defect_missing"),
        ({"materials": [{"id": "card", "way": "CERTIFICATE"}]}, "intake.way_not_open"),
        ({"materials": [{"id": "lease", "way": "UPLOAD"}]}, "intake.upload_without_file"),
        (
            {"materials": [{"id": "lease", "way": "CERTIFICATE"}]},
            "intake.certificate_without_grade",
        ),
        (
            {
                "materials": [
                    {"id": "card"},
                    {"id": "form"},
                    {
                        "id": "lease",
                        "way": "CERTIFICATE",
                        "grade": "C",
                        "fate": "COPY",
                    },
                ]
            },
            "intake.certificate_not_compared",
        ),
        ({"form": {}}, "intake.field_missing"),
        ({"form": {"area": "1２0"}}, "intake.field_number"),
        ({"form": {"area": "1", "colour": "red"}}, "intake.unknown_field"),
        ({"act": "correct"}, "act.nothing_lacking"),
        ({"act": "conditional"}, "act.nothing_deferred"),
        ({"act": "decline"}, "case.decline_needs_reason"),
        ({"applicant": PERSON}, "intake.capacity_unclear"),
        ({"capacity": "AGENT"}, "intake.capacity_unclear"),
        ({"case": "5116-03-261123-KTM7-0001-0"}, "number.receipt_check"),
    ],
)
def test_what_the_rules_do_not_allow_saves_nothing(
    hall: Hall, tmp_path: Path, changes: dict[str, Any], code: str
) -> None:
    assert refusal(hall, tmp_path, **changes) == code


def test_correction_and_what_is_brought_later(hall: Hall, tmp_path: Path) -> None:
    first = take_in(hall, tmp_path, act="correct", materials=[{"id": "card"}, {"id": "lease"}])
    assert first.case.state is CaseState.AWAITING_CORRECTION
    number = first.case.receipt_number
    later = {"case": number.lower().replace("-", " "), "materials": [{"id": "form"}]}
    accepted = take_in(hall, tmp_path, **later)
    assert accepted.case.state is CaseState.ACCEPTED
    assert accepted.case.receipt_number == number
    assert take_in(hall, tmp_path, **later).repeated


def test_a_case_of_somebody_else_is_not_touched(hall: Hall, tmp_path: Path) -> None:
    first = take_in(hall, tmp_path, act="correct", materials=[{"id": "card"}])
    other = {"name": OTHER.name, "identity_number": OTHER.identity_number}
    for change in ({"visitor": other}, {"item": PLAIN.code}):
        with pytest.raises(InvalidInput) as caught:
            take_in(hall, tmp_path, case=first.case.receipt_number, **change)
        assert caught.value.code == "intake.other_case"


def test_a_decline_is_confirmed_by_a_second_account(hall: Hall, tmp_path: Path) -> None:
    hall.add_supervisor()
    why = {
        "kind": "NO_LICENCE_NEEDED",
        "reason": "该活动依法不需要取得行政许可。",
        "basis": "《中华人民共和国行政许可法》第三十二条",
        "confirmed_by": "zhao",
    }
    saved = take_in(hall, tmp_path, act="decline", decline=why)
    assert saved.case.state is CaseState.NOT_ACCEPTED


def test_conditional_acceptance_needs_the_applicants_word(hall: Hall, tmp_path: Path) -> None:
    materials = [{"id": "card"}, {"id": "form"}, {"id": "lease", "status": "DEFERRED"}]
    conditional = {"act": "conditional", "materials": materials}
    assert refusal(hall, tmp_path, **conditional) == "case.deferral_needs_consent"
    saved = take_in(hall, tmp_path, applicant_agreed=True, **conditional)
    assert hall.ctx.cases.case(saved.case.case_id).deferred == ("lease",)


def test_files_stand_beside_the_application(hall: Hall, tmp_path: Path) -> None:
    from PIL import Image

    folder = tmp_path / "in"
    folder.mkdir()
    Image.new("RGB", (8, 8)).save(folder / "lease.png")
    (tmp_path / "outside.png").write_bytes((folder / "lease.png").read_bytes())
    (folder / "broken.png").write_text("no picture", encoding="utf-8")

    def with_file(name: str) -> dict[str, Any]:
        lease = {"id": "lease", "way": "UPLOAD", "files": [name]}
        return {"materials": [{"id": "card"}, {"id": "form"}, lease]}

    assert refusal(hall, folder, **with_file("../outside.png")) == "intake.file_outside"
    assert refusal(hall, folder, **with_file("broken.png")) == "blob.no_picture"
    assert refusal(hall, folder, **with_file("no.png")) == "blob.unreadable"
    saved = take_in(hall, folder, **with_file("lease.png"))
    [blob] = hall.ctx.cases.case(saved.case.case_id).materials[-1].blobs
    assert hall.ctx.blobs.read(blob.hash) == (folder / "lease.png").read_bytes()


def test_a_file_of_several_is_read_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "many.json"
    path.write_text(json.dumps([WHOLE, {**WHOLE, "colour": 1}, 7]), encoding="utf-8")
    first, second, third = prepared.read_file(path)
    assert isinstance(first, PreparedApplication)
    assert isinstance(second, InvalidInput)
    assert "colour" in second.sentence()
    assert isinstance(third, InvalidInput)
    path.write_text("\ufeff" + json.dumps(WHOLE), encoding="utf-8")
    assert prepared.read_file(path) == [first]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"{", "intake.bad_file"),
        (b"", "intake.bad_file"),
        (b"[" * 100_000, "intake.bad_file"),
        (json.dumps(WHOLE, ensure_ascii=False).encode("gbk"), "intake.not_utf8"),
        (None, "intake.no_file"),
    ],
)
def test_a_file_that_is_none(tmp_path: Path, data: bytes | None, code: str) -> None:
    path = tmp_path / "x.json"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(InvalidInput) as caught:
        prepared.read_file(path)
    assert caught.value.code == code


def test_the_published_schema_is_the_one_of_the_code() -> None:
    published = (ROOT / "docs" / "intake.schema.json").read_text(encoding="utf-8")
    assert published == schema_text(), "write it anew: main.py intake --schema"
    schema = json.loads(published)
    application = schema["$defs"]["PreparedApplication"]
    assert application["additionalProperties"] is False
    assert set(application["properties"]) == set(PreparedApplication.__struct_fields__)
