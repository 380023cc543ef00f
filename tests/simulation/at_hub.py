"""What departments, citizens and operators do at the hub."""

from __future__ import annotations

import random
from collections.abc import Callable

import msgspec

from hub import catalogue, tree
from hub.consequences import rating_id
from hub.desk.acts import DeskActs
from hub.judge import act
from hub.store import feeds, projections
from hub.store.feeds import NewRow
from hub.store.people import Account
from terminal.domain.case import Case, CaseState
from terminal.domain.catalogue import ServiceItem
from terminal.domain.records import Outcome, RatingGiven, RatingScope
from terminal.protocol.entry import Draft
from terminal.protocol.snapshot import Line
from terminal.protocol.wire import policy_feed
from tests.simulation.acts import ORGAN
from tests.simulation.template import HALL
from tests.simulation.world import World

DEPARTMENT = Account("organ-1", "李明", ORGAN, "ZF-0001", False, "")


def decide(world: World, rng: random.Random) -> None:
    """A department decides an accepted case."""
    case = _at_hub(world, rng, CaseState.ACCEPTED)
    if case is None:
        return
    DeskActs(world.hub, DEPARTMENT).decide(
        case.case_id, outcome=Outcome.GRANTED,
        document_number=f"许〔2026〕{rng.randrange(1000)}号", enforcement_number="ZF-0001",
        reason="", basis="", action_id=world.randomness.uuid7(),
    )  # fmt: skip
    world.note_own_acts()


def rate_by_phone(world: World, rng: random.Random) -> None:
    """A citizen rates a case on the phone; twice is once."""
    case = _at_hub(world, rng, None)
    if case is None:
        return
    name = rating_id(case.case_id, 1)
    body = RatingGiven(
        RatingScope.MATTER, case.case_id, rng.randint(1, 5), (), "1", "", "web", "qr",
        world.hub.now(),
    )  # fmt: skip
    act(world.hub, [Draft(name, "", body)], f"phone/{name}")
    world.note_own_acts()


def seal(world: World, rng: random.Random) -> None:
    """Seal the ratings that have come into the hub's log."""
    tree.seal(world.hub)


def _at_hub(world: World, rng: random.Random, state: CaseState | None) -> Case | None:
    known = sorted({case for terminal in world.terminals for case in terminal.cases})
    if not known:
        return None
    case_id = rng.choice(known)
    with world.hub.store.reading() as database:
        case = projections.load(database, case_id)
    if not isinstance(case, Case) or state not in (None, case.state):
        return None
    return case


def change_policy(world: World, rng: random.Random) -> None:
    """Change a row of the hall's policy data, or take it away."""
    body = msgspec.json.encode({"value": rng.randrange(1000)}) if rng.random() < 0.8 else None
    row = NewRow(policy_feed(HALL.id), "json", f"holiday/{rng.randrange(3)}", body)
    with world.hub.store.writing() as database:
        feeds.append(database, [row], world.randomness.uuid7())


def publish(world: World, rng: random.Random) -> None:
    """Publish another catalogue."""
    codes = sorted(rng.sample(range(100), 3))
    items = [ServiceItem(f"item-{code}", f"事项 {code}", ORGAN) for code in codes]
    catalogue.publish(world.hub, [Line(item=item) for item in items])


def guarded(world: World, step: Callable[[World, random.Random], None], rng: random.Random) -> str:
    """Run a step at the hub; refusals are answers."""
    if world.line is None:
        return "away"
    return world.at_hub(lambda: step(world, rng))
