"""A window prints a seal only when a service of its hall has signed this very paper."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec

from hub import policy, sealing
from hub.hub import Hub
from terminal.dev.seal_service import EmulatedSealService
from tests.core.hall import ORGAN, Hall


def test_a_seal_is_on_the_reprint_and_goes_with_its_key(
    joined: Hall, hub: Hub, tmp_path: Path
) -> None:
    sync = joined.ctx.sync
    assert sync is not None
    saved = joined.ctx.intake.accept(joined.complete(), joined.clerk)
    (paper,) = [one for one in saved.documents if one.kind == "acceptance"]

    def text() -> str:
        document = joined.ctx.documents.document(paper.document_id)
        return joined.ctx.documents.render(document, "text").decode()

    with EmulatedSealService([ORGAN.name]) as service:
        path = tmp_path / "seals.json"
        path.write_text(json.dumps({"印章系统": msgspec.to_builtins(service.service)}), "utf-8")
        policy.set_policy(hub, "seals", path)
        sync.once()
        assert sealing.go_on(hub) == 1
    assert "（盖章处）" in text()
    sync.once()
    sync.once()
    assert "（电子印章）印章系统 校验码 SY26-0001" in text()
    assert "（盖章处）" not in text()
    # Without the service's key nobody can say that the seal holds: the frame is empty again.
    policy.drop_policy(hub, "seals")
    sync.once()
    assert "（盖章处）" in text()
