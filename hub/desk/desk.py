"""The departments' desk as a whole: its pages, each in a module of its own."""

from __future__ import annotations

from starlette.routing import Route

from hub.blobs import Blobs
from hub.desk.case_page import CasePage
from hub.desk.clock import Clock, clock_of
from hub.desk.complaints import Complaints
from hub.desk.entrance import Entrance
from hub.desk.queue import Queue
from hub.desk.refusals import Refusals
from hub.web.site import Site

__all__ = ["Clock", "clock_of", "desk_routes"]


def desk_routes(site: Site, entrance: Entrance) -> list[Route]:
    """Return the routes of the desk; all but the sign-in are behind the guard."""
    guarded = entrance.guarded
    queue, case = Queue(site), CasePage(site, Blobs(site.hub), entrance)
    refusals, complaints = Refusals(site), Complaints(site)
    return [
        Route("/desk/sign-in", entrance.sign_in_page, methods=["GET"]),
        Route("/desk/sign-in", entrance.sign_in, methods=["POST"]),
        Route("/desk/sign-out", guarded(entrance.sign_out), methods=["POST"]),
        Route("/desk", guarded(queue.show), methods=["GET"]),
        Route("/desk/cases/{case_id}", guarded(case.show), methods=["GET"]),
        Route("/desk/cases/{case_id}/{act}", guarded(case.act), methods=["POST"]),
        Route("/desk/cases/{case_id}/scans/{sha256}", guarded(case.scan), methods=["GET"]),
        Route("/desk/cases/{case_id}/papers/{kind}", guarded(case.paper), methods=["GET"]),
        Route("/desk/refusals", guarded(refusals.show), methods=["GET"]),
        Route("/desk/refusals/{outcome_id}", guarded(refusals.record), methods=["POST"]),
        Route("/desk/complaints", guarded(complaints.show), methods=["GET"]),
        Route("/desk/complaints/{complaint_id}", guarded(complaints.record), methods=["POST"]),
    ]
