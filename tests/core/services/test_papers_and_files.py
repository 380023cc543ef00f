"""Reprints, documents found again, attached files, accounts."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from terminal.domain.parties import Blob
from terminal.errors import InvalidInput, NotAllowed, NotFound
from terminal.services import blobs as blobs_module
from terminal.services import drafts
from terminal.services.views import Role
from terminal.store import aggregates, print_jobs
from tests.core.documents.reading import pdf_text
from tests.core.hall import LEASE, PASSWORD, PLAIN, Hall


def picture(kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise((64, 64), 50).convert("RGB").save(buffer, kind)
    return buffer.getvalue()


def test_papers_stay_in_their_order_when_one_of_them_changes(hall: Hall) -> None:
    saved = hall.ctx.intake.accept(hall.complete(PLAIN), hall.clerk)
    case_id, first = saved.case.case_id, saved.documents[0].document_id
    hall.ctx.ledger.write(lambda db: aggregates.save(db, hall.ctx.documents.document(first)))
    kinds = [one.kind for one in hall.ctx.cases.documents(case_id)]
    assert kinds == ["receipt", "acceptance"]


def test_a_reprint_says_so_and_the_first_print_does_not(hall: Hall) -> None:
    saved = hall.ctx.intake.accept(hall.complete(PLAIN), hall.clerk)
    [receipt, _] = saved.documents
    job = hall.ctx.printing.reprint(receipt.document_id, hall.clerk)
    assert job.copy == 2
    again = hall.ctx.printing.reprint(receipt.document_id, hall.clerk)
    assert again.copy == 3
    first = hall.ctx.printing.queues["receipt_printer"].next_job()
    assert first is not None
    assert first.id == receipt.jobs[0].job_id
    documents = hall.ctx.documents
    stored = hall.ctx.ledger.read(lambda db: print_jobs.get(db, job.job_id))
    assert stored is not None
    document = documents.document(receipt.document_id)
    second = documents.render_job(document, stored).decode("gb18030", "replace")
    assert "第 1 次" not in second
    assert "第 2 次" in second
    assert "第 1 次打印" in first.data.decode("gb18030", "replace")


def test_what_says_in_two_copies_comes_out_twice_and_neither_is_a_reprint(hall: Hall) -> None:
    """一式两份: applicant and organ keep one each; only a later print is 补打."""
    draft = hall.with_all(hall.draft(), but=("lease",))
    draft = drafts.with_material(draft, drafts.deferred(LEASE))
    saved = hall.ctx.intake.accept_conditionally(draft, hall.clerk, True)
    for paper in saved.documents[1:]:
        document = hall.ctx.documents.document(paper.document_id)
        again = hall.ctx.printing.reprint(paper.document_id, hall.clerk)
        jobs = (paper.jobs[0].job_id, again.job_id)
        stored = [hall.ctx.ledger.read(lambda db, j=one: print_jobs.get(db, j)) for one in jobs]
        first, later = (
            pdf_text(hall.ctx.documents.render_job(document, job)) for job in stored if job
        )
        assert (first.count("第 1 次打印"), first.count("一式两份")) == (2, 2)
        assert (later.count("一式两份"), later.count("补打")) == (1, 2)


def test_the_same_document_is_the_same_bytes(hall: Hall) -> None:
    saved = hall.ctx.intake.accept(hall.complete(PLAIN), hall.clerk)
    number = saved.case.receipt_number
    for kind in ("receipt", "acceptance"):
        document = hall.ctx.documents.find(kind, number)
        assert document.document_kind == kind
        assert hall.ctx.documents.find(kind, document.number) == document
        for form in ("text", "escpos", "png"):
            once, twice = (hall.ctx.documents.render(document, form) for _ in range(2))
            assert once == twice
    with pytest.raises(NotFound):
        hall.ctx.documents.find("decline", number)
    with pytest.raises(InvalidInput):
        hall.ctx.documents.render(document, "docx")


def test_what_was_printing_when_the_program_died_is_of_unknown_outcome(hall: Hall) -> None:
    saved = hall.ctx.intake.accept(hall.complete(PLAIN), hall.clerk)
    taken = hall.ctx.printing.queues["receipt_printer"].next_job()
    assert taken is not None
    hall.ctx.printing.recover()
    [job] = [j for j in hall.ctx.printing.jobs(saved.case.case_id) if j.job_id == taken.id]
    assert job.state == "unknown"
    hall.ctx.printing.settle(job.job_id)
    states = {j.job_id: j.state for j in hall.ctx.printing.jobs(saved.case.case_id)}
    assert states[job.job_id] == "printed"


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_is_kept_encrypted_under_its_hash(hall: Hall, tmp_path: Path, kind: str) -> None:
    data = picture(kind)
    path = tmp_path / "scan"
    path.write_bytes(data)
    blob = hall.ctx.blobs.attach(path)
    assert (blob.size, blob.media_type) == (len(data), f"image/{kind.lower()}")
    assert hall.ctx.blobs.read(blob.hash) == data
    [file] = [f for f in hall.ctx.settings.blobs_dir.rglob("*") if f.is_file()]
    assert data[20:60] not in file.read_bytes()
    assert hall.ctx.blobs.attach(path) == blob
    assert len([f for f in hall.ctx.settings.blobs_dir.rglob("*") if f.is_file()]) == 1
    sealed = file.read_bytes()
    file.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    with pytest.raises(NotFound):
        hall.ctx.blobs.read(blob.hash)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"MZ\x90\x00", "blob.no_picture"),
        (b"", "blob.no_picture"),
        ("材料".encode(), "blob.no_picture"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "blob.broken_picture"),
        (picture("JPEG")[:-300], "blob.broken_picture"),
        (picture("PNG")[:200], "blob.broken_picture"),
    ],
)
def test_what_is_no_picture_is_refused_and_leaves_nothing(
    hall: Hall, tmp_path: Path, data: bytes, code: str
) -> None:
    path = tmp_path / "身份证.jpg"
    path.write_bytes(data)
    with pytest.raises(InvalidInput) as caught:
        hall.ctx.blobs.attach(path)
    assert caught.value.code == code
    assert "身份证.jpg" in caught.value.sentence()
    assert not hall.ctx.settings.blobs_dir.exists()


def test_a_file_that_is_too_large_or_not_there(hall: Hall, tmp_path: Path) -> None:
    path = tmp_path / "big.png"
    with path.open("wb") as file:
        file.truncate(blobs_module.MAX_BYTES + 1)
    for one, code in ((path, "blob.too_large"), (tmp_path / "no.png", "blob.unreadable"),
                      (tmp_path, "blob.unreadable")):  # fmt: skip
        with pytest.raises(InvalidInput) as caught:
            hall.ctx.blobs.attach(one)
        assert caught.value.code == code


def test_a_blob_that_nobody_has(hall: Hall) -> None:
    with pytest.raises(NotFound):
        hall.ctx.blobs.read(Blob("0" * 64, "x", "image/png", 1).hash)


def test_accounts_are_hashed_and_never_say_which_was_wrong(hall: Hall) -> None:
    staff = hall.ctx.staff
    row = staff.add("li", "李四", "long-enough", Role.CHIEF_REPRESENTATIVE)
    session = staff.sign_in(" li ", "long-enough")
    assert (session.staff_id, session.role) == (row.staff_id, Role.CHIEF_REPRESENTATIVE)
    codes = set()
    for login, password in (("li", "wrong"), ("nobody", "long-enough"), ("", "")):
        with pytest.raises(NotAllowed) as caught:
            staff.sign_in(login, password)
        codes.add(caught.value.code)
    assert codes == {"staff.wrong_password"}
    assert "long-enough" not in repr(staff.rows())
    assert {r.login for r in staff.rows()} == {"li", "wang"}


@pytest.mark.parametrize(
    ("login", "name", "password", "code"),
    [
        ("wang", "王芳", PASSWORD, "staff.login_taken"),
        ("neu", "", PASSWORD, "staff.name_missing"),
        (" ", "新人", PASSWORD, "staff.name_missing"),
        ("neu", "新人", "short", "staff.password_short"),
    ],
)
def test_an_account_that_cannot_be(
    hall: Hall, login: str, name: str, password: str, code: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        hall.ctx.staff.add(login, name, password)
    assert caught.value.code == code
