"""Electronic certificates: what each grade asks for."""

from __future__ import annotations

import msgspec
import pytest

from terminal.domain import certificates
from terminal.domain.catalogue import Fate, Material, Way
from terminal.domain.parties import Blob, MaterialStatus, TrustGrade
from terminal.services import drafts

LICENCE = Material(id="licence", name="营业执照", certificate="营业执照")
OPEN = (Way.PAPER, Way.CERTIFICATE)


def fault(**changes: object) -> str:
    """Return the code of what is wrong with an entry of the grade C, changed like this."""
    entry = drafts.certified(LICENCE, TrustGrade.UPLOADED, " 5116 ")
    found = certificates.fault(msgspec.structs.replace(entry, **changes), OPEN)
    return found.code if found is not None else ""


@pytest.mark.parametrize(
    ("grade", "way", "fate"),
    [
        (TrustGrade.ISSUED, Way.CERTIFICATE, Fate.SHARED_DATA),
        (TrustGrade.VERIFIED, Way.CERTIFICATE, Fate.SHARED_DATA),
        (TrustGrade.UPLOADED, Way.CERTIFICATE, Fate.ORIGINAL_SEEN_RETURNED),
        (TrustGrade.SELF_MADE, Way.COMMITMENT, Fate.ORIGINAL_KEPT),
    ],
)
def test_each_grade_has_its_way(grade: TrustGrade, way: Way, fate: Fate) -> None:
    entry = drafts.certified(LICENCE, grade)
    assert (entry.way, entry.fate, entry.grade) == (way, fate, grade)
    found = certificates.fault(entry, (*OPEN, Way.COMMITMENT))
    assert found is None


def test_what_cannot_stand_for_the_paper_is_said() -> None:
    assert fault() == ""
    assert fault(grade=None) == "intake.certificate_without_grade"
    assert fault(fate=Fate.SHARED_DATA) == "intake.certificate_not_compared"
    assert fault(grade=TrustGrade.SELF_MADE) == "intake.certificate_self_made"
    copy = Blob("0" * 64, "执照.jpg", "image/jpeg", 9)
    assert fault(blobs=(copy,)) == "intake.certificate_copy_kept"
    # What is not there is not judged.
    assert fault(grade=None, status=MaterialStatus.MISSING) == ""


def test_a_commitment_for_what_one_made_oneself_must_be_open() -> None:
    entry = drafts.certified(LICENCE, TrustGrade.SELF_MADE)
    found = certificates.fault(entry, OPEN)
    assert found is not None
    assert found.code == "intake.certificate_self_made"
    assert "营业执照" in found.sentence()
