"""Search while typing over a province's catalogue: us beside FTS5 in the same run.

`python benchmarks/search.py [--quick] [--items N] [--queries N]` makes a catalogue of 286,350
items with 17,169 distinct names out of the shipped real names, types a thousand queries letter
by letter, and prints for each side: a keystroke's median and p99 in milliseconds, how often the
meant name is among the first ten (all, and those with a fault), megabytes on disk, and for us
the time to be ready. The last line is the ratio.
"""

from __future__ import annotations

import argparse
import csv
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from sqlcipher3 import dbapi2 as sqlite

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from terminal.search.build import IndexItem, build_index
from terminal.search.index import SearchIndex
from terminal.search.normalise import fold_text
from terminal.search.pinyin import readings, syllables_of
from terminal.search.syllables import Syllables, fold_sound

ITEMS, NAMES, QUERIES = 286_350, 17_169, 1_000
LIMIT = 10
SHIPPED = Path(__file__).resolve().parent.parent / "resources/catalogue/service_items.csv"
_ENDINGS = (
    "", "（新办）", "（变更）", "（延续）", "（注销）", "（补证）", "（换证）", "（年检）",
    "（个人）", "（企业）", "（县级）", "备案", "登记", "审批", "查询",
)  # fmt: skip


class Query(NamedTuple):
    """What is typed, the name that is meant, its kind, and whether it has a fault."""

    text: str
    name: str
    kind: str
    faulty: bool


def make_items(count: int, names: int, rng: random.Random) -> list[IndexItem]:
    """Cross beginnings and ends of the real names; few names are used much, most little."""
    with SHIPPED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    real = [row["name"] for row in rows]
    codes = [row["item_code"] for row in rows]
    distinct = dict.fromkeys(real)
    while len(distinct) < names:
        head, tail = rng.choice(real), rng.choice(real)
        head = head[: rng.randint(2, max(3, min(12, len(head) - 2)))]
        tail = tail[-rng.randint(3, max(4, min(10, len(tail) - 1))) :]
        distinct[head + tail + rng.choice(_ENDINGS)] = None
    pool = list(distinct)[:names]
    rng.shuffle(pool)
    items = []
    for number in range(count):
        place = number if number < names else min(int(rng.paretovariate(0.35)) - 1, names - 1)
        if place == names - 1:
            place = rng.randrange(names)
        base = rng.choice(codes)
        usage = int(40_000 / (place + 4)) if rng.random() < 0.3 else 0
        items.append(IndexItem(f"{number:06d}{base[6:]}", pool[place], (), usage))
    return items


class Typist:
    """Makes queries of many kinds for a name, right and wrong ones."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._same_sound: dict[str, list[str]] = {}
        for character, parts in readings().items():
            if _is_common(character):
                self._same_sound.setdefault(parts[0], []).append(character)

    def query(self, item: IndexItem) -> Query | None:
        """Return a query that means this item's name, or None if the name is too short."""
        units = fold_text(item.name)
        sounds = syllables_of(units)
        if len(units) < 6 or not all(sounds):
            return None
        rng = self._rng
        size = rng.randint(4, min(8, len(units)))
        start = 0 if rng.random() < 0.5 else rng.randint(0, len(units) - size)
        part, heard = units[start : start + size], sounds[start : start + size]
        kinds: list[tuple[str, Callable[[], str], bool]] = [
            ("han", lambda: part, False),
            ("gap", lambda: units[:2] + units[-rng.randint(2, 4) :], False),
            ("pinyin", lambda: "".join(heard), False),
            ("initials", lambda: "".join(s[0] for s in heard), False),
            ("mixed", lambda: part[:2] + "".join(s[0] for s in heard[2:]), False),
            ("code", lambda: item.code[:12], False),
            ("homophone", lambda: self._homophone(part, heard), True),
            ("fuzzy", lambda: self._fuzzy(heard), True),
            ("slip", lambda: self._slip("".join(heard)), True),
            ("wrong", lambda: self._wrong(part), True),
        ]
        kind, make, faulty = rng.choice(kinds)
        return Query(make(), item.name, kind, faulty)

    def _homophone(self, part: str, heard: list[str]) -> str:
        place = self._rng.randrange(len(part))
        others = [c for c in self._same_sound.get(heard[place], []) if c != part[place]]
        wrong = self._rng.choice(others or [part[place]])
        return part[:place] + wrong + part[place + 1 :]

    def _fuzzy(self, heard: list[str]) -> str:
        return "".join(fold_sound(s) if self._rng.random() < 0.5 else s for s in heard)

    def _slip(self, letters: str) -> str:
        rng, place = self._rng, self._rng.randrange(1, len(letters) - 1)
        letter = rng.choice("abcdefghijklmnopqrstuwxyz")
        return rng.choice(
            (
                letters[:place] + letters[place + 1 :],
                letters[:place] + letter + letters[place:],
                letters[:place] + letter + letters[place + 1 :],
                letters[:place] + letters[place + 1] + letters[place] + letters[place + 2 :],
            )
        )

    def _wrong(self, part: str) -> str:
        place = self._rng.randrange(1, len(part))
        return part[:place] + self._rng.choice("大小新旧中外") + part[place + 1 :]


def _is_common(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


Search = Callable[[str], list[str]]
"""A side of the comparison: returns the names of the first ten hits."""


def fts5(path: Path, items: list[IndexItem]) -> Search:
    """Build the peer: FTS5 over names with spaced characters, pinyin and initials."""
    db = sqlite.connect(str(path))
    db.execute("CREATE VIRTUAL TABLE t USING fts5(han, pinyin, initials, code, name UNINDEXED)")
    spoken: dict[str, tuple[str, str, str]] = {}
    for item in items:
        if item.name not in spoken:
            units = fold_text(item.name)
            sounds = [s or u for s, u in zip(syllables_of(units), units, strict=True)]
            initials = "".join(s[0] for s in sounds)
            spoken[item.name] = (" ".join(units), " ".join(sounds), initials)
    db.executemany(
        "INSERT INTO t VALUES (?, ?, ?, ?, ?)",
        ((*spoken[item.name], item.code, item.name) for item in items),
    )
    db.commit()

    known = Syllables({part for parts in readings().values() for part in parts})

    def search(text: str) -> list[str]:
        units = fold_text(text)
        if not units:
            return []
        if units.isascii():
            split = known.splits(units, partial=True) if units.isalpha() else []
            spoken = " ".join(split[0]) if split else units
            match = f'pinyin : "{spoken}" * OR initials : "{units}" * OR code : "{units}" *'
        else:
            match = "han : " + '"' + " ".join(units) + '" *'
        rows = db.execute("SELECT DISTINCT name FROM t WHERE t MATCH ? LIMIT 10", (match,))
        return [row[0] for row in rows]

    return search


def keystrokes(queries: list[Query]) -> Iterator[tuple[str, Query | None]]:
    """Yield what stands in the field after each key, with the query when it is complete."""
    for query in queries:
        for end in range(1, len(query.text)):
            yield query.text[:end], None
        yield query.text, query


class Score(NamedTuple):
    """One side's figures; times in milliseconds a keystroke."""

    median: float
    p99: float
    hits: float
    faulty_hits: float


def measure(side: str, search: Search, queries: list[Query], *, every: int = 1) -> Score:
    """Type all queries; with `every` only each n-th keystroke is timed and searched."""
    times, right, wanted = [], 0, 0
    faulty_right, faulty = 0, 0
    by_kind: dict[str, list[bool]] = {}
    for place, (text, query) in enumerate(keystrokes(queries)):
        if query is None and place % every:
            continue
        started = time.perf_counter_ns()
        names = search(text)
        times.append((time.perf_counter_ns() - started) / 1e6)
        if query is not None:
            found = query.name in names
            by_kind.setdefault(query.kind, []).append(found)
            wanted += 1
            right += found
            if query.faulty:
                faulty += 1
                faulty_right += found
    times.sort()
    score = Score(
        statistics.median(times),
        times[int(len(times) * 0.99)],
        right / wanted,
        faulty_right / max(1, faulty),
    )
    kinds = "  ".join(f"{k} {sum(v) / len(v):.2f}" for k, v in sorted(by_kind.items()))
    print(
        f"{side:8} median {score.median:.3f} ms  p99 {score.p99:.3f} ms  "
        f"hit@10 {score.hits:.2f}  with a fault {score.faulty_hits:.2f}  ({kinds})"
    )
    return score


def resident() -> float:
    """Return this process's memory in megabytes, or 0 where the system does not tell."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return 0.0
    lines = status.read_text(encoding="ascii").splitlines()
    return next((int(x.split()[1]) / 1000 for x in lines if x.startswith("VmRSS")), 0.0)


def megabytes(path: Path) -> float:
    return path.stat().st_size / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the items and queries")
    parser.add_argument("--items", type=int, default=0)
    parser.add_argument("--queries", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    share = 10 if args.quick else 1
    rng = random.Random(args.seed)
    items = make_items(args.items or ITEMS // share, NAMES // share, rng)
    typist = Typist(rng)
    wanted = args.queries or QUERIES // (2 if args.quick else 1)
    queries: list[Query] = []
    while len(queries) < wanted:
        query = typist.query(rng.choice(items))
        if query is not None:
            queries.append(query)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "catalogue.idx"
        started = time.perf_counter()
        build_index(path, items, handle="benchmark")
        built = time.perf_counter() - started
        before = resident()
        started = time.perf_counter()
        index = SearchIndex(path)
        ready = (time.perf_counter() - started) * 1000
        ours = measure("yichuang", lambda t: [hit.name for hit in index.search(t, LIMIT)], queries)
        grown = resident() - before
        print(
            f"         built {built:.1f} s  ready {ready:.1f} ms  "
            f"{megabytes(path):.1f} MB on disk  {grown:.0f} MB of memory"
        )
        peer_path = Path(folder) / "fts5.db"
        search = fts5(peer_path, items)
        peer = measure("fts5", search, queries, every=3)
        print(f"         {megabytes(peer_path):.1f} MB on disk")
        print(f"ratio    p99 {ours.p99 / peer.p99:.3f} of fts5")


if __name__ == "__main__":
    main()
