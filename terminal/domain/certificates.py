"""Electronic certificates in place of papers (电子证照): how far each may be relied on.

A certificate is looked at, its number and its grade are recorded, and no copy of it is kept: it
lies with the organ that issued it. Grades as the national scheme names them (A to D); what each
asks for is said in `fault`.
"""

from __future__ import annotations

from collections.abc import Collection

from terminal.domain.catalogue import Fate, Way
from terminal.domain.checks import Finding
from terminal.domain.parties import MaterialEntry, TrustGrade

LONGEST_NUMBER = 60
"""Characters of a certificate's number, as recorded."""

_BY_GRADE = {
    TrustGrade.ISSUED: (Way.CERTIFICATE, Fate.SHARED_DATA),
    TrustGrade.VERIFIED: (Way.CERTIFICATE, Fate.SHARED_DATA),
    TrustGrade.UPLOADED: (Way.CERTIFICATE, Fate.ORIGINAL_SEEN_RETURNED),
    TrustGrade.SELF_MADE: (Way.COMMITMENT, Fate.ORIGINAL_KEPT),
}


def settled_by(grade: TrustGrade) -> tuple[Way, Fate]:
    """Return the way in which a certificate of this grade satisfies a material, and its fate.

    What the organ issued or a window has verified is used as it is; what its holder uploaded
    is compared with the original, which goes back; what the applicant made himself is only as
    good as his commitment, whose letter is kept.
    """
    return _BY_GRADE[grade]


def fault(entry: MaterialEntry, ways: Collection[Way]) -> Finding | None:
    """Say why a recorded certificate cannot stand for the material, or None.

    `ways` are those open for the material in this application.
    """
    if entry.lacking or (entry.way is not Way.CERTIFICATE and entry.grade is None):
        return None
    if entry.grade is None:
        return Finding("intake.certificate_without_grade", {"material": entry.name})
    if entry.blobs:
        return Finding("intake.certificate_copy_kept", {"material": entry.name})
    way, fate = settled_by(entry.grade)
    if way is Way.COMMITMENT and (entry.way is not way or way not in ways):
        return Finding("intake.certificate_self_made", {"material": entry.name})
    if entry.fate is not fate:
        return Finding("intake.certificate_not_compared", {"material": entry.name})
    return None
