"""What happens around the window: time, network, power, paper."""

from __future__ import annotations

import shutil
from datetime import datetime, time, timedelta

from terminal.clock import CHINA_TIME, to_local, to_milliseconds
from terminal.dev.scenes import steps
from terminal.dev.stage_clock import StageClock
from ui.demo.acting import visits
from ui.demo.stage import ARRIVE_SECONDS, Stage, Steps

LATE_HOUR = 15
"""A scene does not begin later than this."""

# Time


def let_pass(stage: Stage, step: steps.Pass) -> None:
    """Move the clock of terminal and hub on; nothing else tells them of it."""
    clock = stage.hall.clock
    assert isinstance(clock, StageClock)
    now = to_local(clock.now().corrected)
    day = now.date() + timedelta(days=step.days)
    if step.working_days:
        day = stage.calendar.add_working_days(day, step.working_days).date
    at = time.fromisoformat(step.at) if step.at else now.time()
    then = datetime.combine(day, at, CHINA_TIME) + timedelta(minutes=step.minutes)
    clock.move(to_milliseconds(then) - to_milliseconds(now))
    if stage.is_open:
        stage.look_now()
        if stage.app.window.workplace is not None:
            # The top line looks at the clock every few seconds; pictures do not wait for it.
            stage.place.tell_time()


def next_morning(stage: Stage) -> None:
    """Go on to the next working day's morning, unless this is one and most of it is left."""
    now = to_local(stage.ctx.clock.now().corrected)
    if not stage.calendar.is_working_day(now.date()) or now.hour >= LATE_HOUR:
        let_pass(stage, steps.Pass(working_days=1, at="09:00"))


# Network


def stop_hub(stage: Stage, _: steps.StopHub) -> None:
    """The hub's process ends once everything has arrived."""
    stage.await_arrival()
    stage.hands.during(stage.hall.hub.stop)
    _gone(stage)


def start_hub(stage: Stage, _: steps.StartHub) -> None:
    """The hub's process comes back."""
    stage.hands.during(stage.hall.hub.start)
    stage.look_now()
    stage.await_arrival()


def pull_cable(stage: Stage, _: steps.PullCable) -> None:
    """Nothing is reachable from here any more."""
    stage.await_arrival()
    stage.hall.cable.pull()
    _gone(stage)


def plug_in(stage: Stage, _: steps.PlugIn) -> None:
    """Everything is reachable again."""
    stage.hall.cable.plug_in()
    stage.look_now()
    stage.await_arrival()


def _gone(stage: Stage) -> None:
    stage.look_now()
    stage.hands.wait("hub away", lambda: stage.ctx.hub_state().state == "unreachable")


# Power


def power_cut(stage: Stage, _: steps.PowerCut) -> None:
    """Keep the terminal's disk as it is between two transactions; the program then dies.

    What the program still writes while its windows are taken down goes with it: the disk is
    put back to the moment of the cut. The network goes at that moment too, so the hub has
    heard nothing that the disk does not know.
    """
    # What was typed in the last second is lost in a cut; this one comes a moment later.
    stage.hands.wait("kept", lambda: stage.place.keeper.kept)
    stage.dark_on = to_local(stage.ctx.clock.now().corrected).date()
    stage.hall.cable.pull()
    _gone(stage)
    here = stage.hall.settings.data_dir
    kept = stage.hall.folder / "after-the-cut"
    shutil.rmtree(kept, ignore_errors=True)
    stage.hands.during(lambda: stage.ctx.ledger.write(lambda _: shutil.copytree(here, kept)))
    stage.close()
    shutil.rmtree(here)
    kept.rename(here)


def switch_on(stage: Stage, _: steps.SwitchOn) -> None:
    """Start again; the clerk signs in, the network is back by and by."""
    stage.open()
    visits.sign_in(stage, steps.SignIn())


# Paper


def take_paper(stage: Stage, _: steps.TakePaper) -> None:
    """Take the roll out."""
    stage.hall.devices.printer.take_paper()
    _await_printer(stage, "paper_out")


def put_paper(stage: Stage, _: steps.PutPaper) -> None:
    """Put a roll in; what waits comes out."""
    stage.hall.devices.printer.put_paper()
    _await_printer(stage, "connected")
    stage.await_slips()


def _await_printer(stage: Stage, state: str) -> None:
    devices = stage.ctx.devices
    assert devices is not None
    devices.retry()

    def so() -> bool:
        return any(
            view.kind == "receipt_printer" and view.state == state for view in devices.snapshot()
        )

    stage.hands.wait(state, so, ARRIVE_SECONDS)


STEPS: Steps = {
    steps.Pass: let_pass,
    steps.StopHub: stop_hub,
    steps.StartHub: start_hub,
    steps.PullCable: pull_cable,
    steps.PlugIn: plug_in,
    steps.PowerCut: power_cut,
    steps.SwitchOn: switch_on,
    steps.TakePaper: take_paper,
    steps.PutPaper: put_paper,
}
