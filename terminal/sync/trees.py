"""Watches the hub's log of ratings: it only ever grows, and what was given here is in it.

With the first turn and then every few minutes the newest head is asked for, proved to continue
the one that is remembered. A head that does not is never taken over: both signed heads are kept
as evidence and people are told. Only a log that the hub opened anew, in the open, may end
before a remembered head; then every rating of this terminal behind the common part is wanted
once more. A hub without the route, or none in reach, changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from terminal.clock import Clock
from terminal.errors import SyncError
from terminal.events import EventBus
from terminal.protocol import tree
from terminal.protocol.tree import MAX_WANTED, PATH_TREE, Claim, SignedHead, TreeAnswer, TreeHead
from terminal.protocol.wire import PROTOCOL_VERSION
from terminal.sync.client import HubClient
from terminal.sync.ports import Signer

logger = logging.getLogger(__name__)

EVENT = "rating_log_changed"
"""Published when something about the log is to be told; its detail is the alarm's code."""

EVERY_MS = 180_000
SOON_MS = 15_000
"""So long after the last question ratings are asked for that were given since."""
CLAIMS_EVERY_MS = 86_400_000
MAX_CLAIMS = 100
OFTEN = 3
"""So many answers a rating may be missing in before it is asked for with the others only."""
PATIENCE = {"applied": 5, "acknowledged": 500}
"""Answers without a proof, by the entry's state, after which a rating is overdue."""
MOST_QUESTIONS = 30


class KnownHead(Protocol):
    """A remembered head and the bytes that were signed."""

    @property
    def head(self) -> TreeHead: ...

    @property
    def signed(self) -> SignedHead: ...


class WantedRating(Protocol):
    """A rating that was not proved yet."""

    @property
    def hash(self) -> str: ...

    @property
    def header(self) -> bytes: ...

    @property
    def state(self) -> str: ...

    @property
    def misses(self) -> int: ...


class TreeStore(Protocol):
    """The ledger as the watch sees it; every call is one transaction."""

    def last_head(self) -> KnownHead | None:
        """Return the newest head that was checked and taken over."""
        ...

    def older_heads(self) -> Sequence[KnownHead]:
        """Return the remembered heads before it, newest first."""
        ...

    def wanted(self, limit: int) -> Sequence[WantedRating]:
        """Return ratings of this terminal that are not proved to be in the log."""
        ...

    def claims(self, most: int) -> tuple[Claim, ...]:
        """Return what this terminal has of its own ratings."""
        ...

    def take(
        self,
        head: TreeHead,
        signed: SignedHead,
        proved: Sequence[tuple[str, int]],
        missed: Sequence[str],
    ) -> None:
        """Remember a checked head, and which ratings it was proved to hold and which not."""
        ...

    def prove_again(self, place: int) -> int:
        """Want every rating from a place of the log on proved once more."""
        ...

    def alarm(
        self,
        code: str,
        *,
        subject: str = "",
        lost: int = 0,
        known: SignedHead | None = None,
        shown: SignedHead | None = None,
    ) -> bool:
        """Keep what was found with its evidence; True when it is new."""
        ...

    def settle(self, code: str) -> None:
        """Note that a finding is over by itself."""
        ...


class _Suspicious(Exception):
    """What the hub showed may not be taken over; `code` names the sentence."""

    def __init__(self, code: str, shown: SignedHead | None) -> None:
        super().__init__(code)
        self.code = code
        self.shown = shown


class Seen(msgspec.Struct, frozen=True):
    """What one look came to: the head that was taken over, and how many ratings it proved."""

    head: TreeHead | None = None
    proved: int = 0
    missing: int = 0
    code: str = ""


class LogProof(msgspec.Struct, frozen=True):
    """What the hub proved when it was asked for every rating: the head, and which it did not.

    `code` names what is wrong with the log itself.
    """

    head: TreeHead | None = None
    included: int = 0
    missing: tuple[str, ...] = ()
    code: str = ""


class TreeWatch:
    """Looks at the log from the sync's thread; nothing here raises for what the hub says."""

    def __init__(self, store: TreeStore, keys: Signer, clock: Clock, events: EventBus) -> None:
        self._store = store
        self._keys = keys
        self._clock = clock
        self._events = events
        self._looked: int | None = None
        self._claimed: int | None = None

    def turn(self, client: HubClient, hub_key: bytes, stopping: Callable[[], bool]) -> None:
        """Look, if it is time; the last of a turn's rounds, since it never stops the others."""
        now = self._clock.now().monotonic
        since = None if self._looked is None else abs(now - self._looked)
        if since is not None and since < EVERY_MS:
            fresh = since >= SOON_MS and any(
                one.misses < OFTEN for one in self._store.wanted(MAX_WANTED)
            )
            if not fresh:
                return
        self._looked = now
        try:
            self.look(client, hub_key, stopping)
        except SyncError as error:
            # An old hub, or one that is away: the other rounds say so where it matters.
            logger.debug("the log of ratings was not looked at: %s", error.code)

    def look(
        self, client: HubClient, hub_key: bytes, stopping: Callable[[], bool] = lambda: False
    ) -> Seen:
        """Take over what the log came to; raises `SyncError` when the hub cannot be asked."""
        seen = Seen()
        for question in range(MOST_QUESTIONS):
            wanted = self._store.wanted(MAX_WANTED)
            one = self._once(client, hub_key, wanted, first=question == 0)
            seen = Seen(one.head, seen.proved + one.proved, one.missing, one.code)
            # As long as a full page comes back proved there may be more behind it.
            if one.code or stopping() or len(wanted) < MAX_WANTED or not one.proved:
                break
        return seen

    def prove(self, client: HubClient, hub_key: bytes, ratings: Sequence[WantedRating]) -> LogProof:
        """Have every one of these ratings proved, also those that were proved before.

        Raises `SyncError` when the hub cannot be asked.
        """
        proof = LogProof()
        for low in range(0, max(len(ratings), 1), MAX_WANTED):
            page = ratings[low : low + MAX_WANTED]
            known = self._store.last_head()
            answer = self._ask(client, known, known.head.size if known else 0, wanted=page)
            try:
                head, answer = self._check(client, hub_key, known, page, answer)
            except _Suspicious as found:
                self._tell(found.code, known=known.signed if known else None, shown=found.shown)
                return LogProof(proof.head, proof.included, proof.missing, found.code)
            assert answer.head is not None
            places = _proved(head, page, answer)
            self._store.take(head, answer.head, list(places.items()), ())
            missing = tuple(one.hash for one in page if one.hash not in places)
            proof = LogProof(head, proof.included + len(places), proof.missing + missing)
        return proof

    def _once(
        self, client: HubClient, hub_key: bytes, wanted: Sequence[WantedRating], *, first: bool
    ) -> Seen:
        known = self._store.last_head()
        claims = self._claims() if first else ()
        answer = self._ask(
            client, known, known.head.size if known else 0, wanted=wanted, claims=claims
        )
        try:
            head, answer = self._check(client, hub_key, known, wanted, answer)
        except _Suspicious as found:
            self._tell(found.code, known=known.signed if known else None, shown=found.shown)
            return Seen(code=found.code)
        assert answer.head is not None
        places = _proved(head, wanted, answer)
        missed = [one.hash for one in wanted if one.hash not in places]
        self._store.take(head, answer.head, list(places.items()), missed)
        self._overdue(wanted, places, answer.head)
        if claims:
            self._compare(answer)
        return Seen(head, len(places), len(missed))

    def _ask(
        self,
        client: HubClient,
        known: KnownHead | None,
        since: int,
        *,
        wanted: Sequence[WantedRating] = (),
        claims: tuple[Claim, ...] = (),
    ) -> TreeAnswer:
        nonce = client.nonce()
        request = tree.TreeRequest(
            PROTOCOL_VERSION,
            self._keys.terminal_id,
            nonce,
            known=known.signed if known else None,
            since=since,
            wanted=tuple(one.hash for one in wanted),
            claims=claims,
        )
        return client.ask("POST", PATH_TREE, request, nonce, TreeAnswer)

    def _check(
        self,
        client: HubClient,
        hub_key: bytes,
        known: KnownHead | None,
        wanted: Sequence[WantedRating],
        answer: TreeAnswer,
    ) -> tuple[TreeHead, TreeAnswer]:
        """Return the head that may be taken over and its answer, or raise `_Suspicious`."""
        head = tree.read_head(answer.head, hub_key)
        if head is None:
            raise _Suspicious("rating_log.unsigned", answer.head)
        if known is None:
            return head, answer
        before = known.head
        if head.log == before.log:
            if head.size < before.size:
                raise _Suspicious("rating_log.smaller", answer.head)
            if not tree.continues(before, head, answer.consistency):
                raise _Suspicious("rating_log.inconsistent", answer.head)
            return head, answer
        assert answer.head is not None
        if head.number <= before.number:
            if answer.head.key != known.signed.key:
                # Enrolled at another hub since: its log is a first one for this terminal.
                self._store.prove_again(0)
                return head, answer
            # Another log in the place of ours: an older one, or a second of the same number.
            raise _Suspicious("rating_log.replaced", answer.head)
        if tree.read_opening(answer, head) is None:
            raise _Suspicious("rating_log.not_opened", answer.head)
        if before.size <= head.size and tree.continues(before, head, answer.consistency):
            return head, answer
        return self._reopened(client, hub_key, known, wanted)

    def _reopened(
        self,
        client: HubClient,
        hub_key: bytes,
        known: KnownHead,
        wanted: Sequence[WantedRating],
    ) -> tuple[TreeHead, TreeAnswer]:
        """Find out how far a log that was opened anew still is the remembered one.

        What stood behind that is lost as far as the hub can say; what of it was given here is
        wanted again, and missed if it does not come back.
        """

        def fits(older: KnownHead) -> bool:
            answer = self._ask(client, known, older.head.size)
            head = tree.read_head(answer.head, hub_key)
            return (
                head is not None
                and older.head.size <= head.size
                and tree.continues(older.head, head, answer.consistency)
            )

        heads = [one for one in self._store.older_heads() if one.head.size < known.head.size]
        low, high = 0, len(heads)
        while low < high:
            # Whatever begins with a tree begins with every smaller one of it.
            middle = (low + high) // 2
            low, high = (low, middle) if fits(heads[middle]) else (middle + 1, high)
        common = heads[low].head.size if low < len(heads) else 0
        answer = self._ask(client, known, common, wanted=wanted)
        head = tree.read_head(answer.head, hub_key)
        if head is None or tree.read_opening(answer, head) is None:
            raise _Suspicious("rating_log.not_opened", answer.head)
        self._store.prove_again(common)
        self._tell(
            "rating_log.reopened", subject=head.log, lost=known.head.size - common,
            known=known.signed, shown=answer.head,
        )  # fmt: skip
        return head, answer

    def _overdue(
        self, wanted: Sequence[WantedRating], places: dict[str, int], shown: SignedHead
    ) -> None:
        for one in wanted:
            patience = PATIENCE.get(one.state, PATIENCE["acknowledged"])
            if one.hash not in places and one.misses + 1 >= patience:
                self._tell("rating_log.overdue", subject=one.hash, shown=shown)

    def _claims(self) -> tuple[Claim, ...]:
        """Return the claims of this day, or nothing when they were made already."""
        now = self._clock.now().monotonic
        if self._claimed is not None and abs(now - self._claimed) < CLAIMS_EVERY_MS:
            return ()
        return self._store.claims(MAX_CLAIMS)

    def _compare(self, answer: TreeAnswer) -> None:
        self._claimed = self._clock.now().monotonic
        for epoch in answer.differing:
            self._tell("rating_log.differing", subject=epoch, shown=answer.head)
        if not answer.differing:
            self._store.settle("rating_log.differing")

    def _tell(
        self,
        code: str,
        *,
        subject: str = "",
        lost: int = 0,
        known: SignedHead | None = None,
        shown: SignedHead | None = None,
    ) -> None:
        if self._store.alarm(code, subject=subject, lost=lost, known=known, shown=shown):
            logger.warning("the log of ratings: %s", code)
            self._events.publish(EVENT, subject, code)


def _proved(head: TreeHead, wanted: Sequence[WantedRating], answer: TreeAnswer) -> dict[str, int]:
    """Return the places of the wanted ratings whose proofs hold."""
    headers = {one.hash: one.header for one in wanted}
    return {
        one.entry: one.index
        for one in answer.inclusions
        if one.entry in headers
        and (not one.header or tree.same_record(headers[one.entry], one.header))
        and tree.includes(head, one.entry, one)
    }
