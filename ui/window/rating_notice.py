"""What this machine found about the hub's log of ratings, in one sentence for the clerk."""

from __future__ import annotations

from terminal.services.rating_log import RatingAlarm
from ui.bridge import Bridge
from ui.widgets.basics import Notice


class RatingNotice(Notice):
    """Hidden while nothing was found; the gravest finding first, and how many more there are."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__("rating_notice")
        self._bridge = bridge

    def look(self) -> None:
        """Ask how it stands."""
        ctx = self._bridge.ctx
        if ctx is not None:
            self._bridge.read(self, ctx.rating_log.alarms, done=self.show_alarms)

    def show_alarms(self, alarms: tuple[RatingAlarm, ...]) -> None:
        """Say what was found."""
        texts = self._bridge.texts
        found = sorted(alarms, key=lambda alarm: (not alarm.grave, alarm.found_at))
        if not found:
            self.say("")
            return
        first = found[0]
        key = "rating_log.told_more" if len(found) > 1 else "rating_log.told"
        fields = {"lost": first.lost, "short": first.short}
        sentence = texts(
            key,
            what=texts(f"{first.code}.message", **fields),
            hint=texts(f"{first.code}.hint", **fields),
            more=len(found) - 1,
        )
        self.say(sentence, "bad" if first.grave else "warning")
