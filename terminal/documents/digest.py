"""Content digest of a document: what the receipt's signature and the reprint refer to."""

from __future__ import annotations

import hashlib

from terminal.documents.views import DocumentView, encode_view


def content_digest(view: DocumentView) -> str:
    """Return SHA-256 in hexadecimal over template version and canonical JSON of `view`.

    The web address behind the QR code is left out: it contains a signature over this digest.
    """
    import msgspec

    bare = msgspec.structs.replace(view, query_url="")
    version = view.head.template_version.encode()
    return hashlib.sha256(version + b"\n" + encode_view(bare)).hexdigest()


def short(digest: str) -> str:
    """Return the first 16 digits in groups of four, as they are printed."""
    return " ".join(digest[i : i + 4] for i in range(0, 16, 4))
