"""Setting a hub up: keys, certificates, hall, first desk accounts, an enrolment code."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path

import msgspec
from argon2 import PasswordHasher

from hub import keys
from hub.enrol import CHOSEN_URL, PUBLIC_URL, make_code
from hub.hub import Hub, Paths
from hub.store import people
from hub.store.address import remember
from hub.store.people import Account, HallData
from terminal.clock import Clock
from terminal.errors import InvalidInput
from terminal.ids import Randomness, SystemRandomness

SUPERVISOR = "supervisor"
SHORTEST_PASSWORD = 8


class Made(msgspec.Struct, frozen=True):
    """What `init` did: `created` False when the hub was there already."""

    created: bool
    folder: str
    hall: str
    hub_key: str
    ca: str
    code: str
    account: str
    password: str
    names: tuple[str, ...] = ()


def init(
    data_dir: Path,
    hall: HallData,
    *,
    names: Sequence[str] = (),
    public_url: str = "",
    password: str = "",
    database: str = "",
    clock: Clock | None = None,
    randomness: Randomness | None = None,
) -> Made:
    """Set up a hub, or say that it is there; each call gives a fresh enrolment code.

    The first account is the hall's supervisor; its password is told once.
    """
    randomness = randomness or SystemRandomness()
    paths = Paths(data_dir)
    paths.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys.make(paths.keys, names, hall.name, randomness)
    hub = Hub(data_dir, database=database, clock=clock, randomness=randomness)
    if database:
        remember(database, paths.address)
    try:
        with hub.store.writing() as opened:
            known = people.halls(opened)
            created = not known
            if created:
                people.put_hall(opened, hall)
            if public_url:
                people.set_fact(opened, CHOSEN_URL, public_url.rstrip("/"))
                people.set_fact(opened, PUBLIC_URL, public_url.rstrip("/"))
        chosen = password or secrets.token_urlsafe(9)
        if created:
            add_account(hub, SUPERVISOR, "值班长", "", chosen, supervisor=True)
        home = known[0] if known else hall
        return Made(
            created=created,
            folder=str(paths.folder),
            hall=home.id,
            hub_key=hub.keys.id,
            ca=str(paths.keys.ca),
            code=make_code(hub, home.id),
            account=SUPERVISOR if created else "",
            password=chosen if created else "",
            names=keys.names_in(paths.keys),
        )
    finally:
        hub.close()


def add_account(
    hub: Hub,
    name: str,
    display_name: str,
    organ: str,
    password: str,
    *,
    enforcement_number: str = "",
    supervisor: bool = False,
    legal: bool = False,
) -> Account:
    """Add a desk account of one organ, or change it (受审分离: it sees only that organ's cases)."""
    if not name.strip() or (not organ and not supervisor):
        raise InvalidInput("hub.account_incomplete")
    if len(password) < SHORTEST_PASSWORD:
        raise InvalidInput("hub.password_short", shortest=SHORTEST_PASSWORD)
    account = Account(
        name=name.strip(),
        display_name=display_name or name,
        organ=organ,
        enforcement_number=enforcement_number,
        supervisor=supervisor,
        password_hash=PasswordHasher().hash(password),
        legal=legal,
    )
    with hub.store.writing() as database:
        people.put_account(database, account)
    return account
