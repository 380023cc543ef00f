"""Settings of one terminal: a TOML file in the data folder, and what the command line says.

Nothing here is secret; keys lie in files of their own. Defaults are those of the demo.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec

from terminal.errors import InvalidInput

FILE_NAME = "yichuang.toml"
ENROLLED_FILE = "hub.toml"
"""What enrolment wrote: the hub's address and the hall's certificate authority."""


Kind = TypeVar("Kind", bound=msgspec.Struct)


class DeviceSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One device: `kind` is receipt_printer, a4_printer, id_card_reader, code_scanner or
    rating_pad.

    `address` is `serial:/dev/ttyUSB0?baud=115200` or `tcp://host:9100`; `driver` names a
    folder of `terminal/devices/drivers`.
    """

    kind: str
    driver: str
    address: str
    name: str = ""


class HallSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The hall, as papers name it; enrolment overwrites id, name and region.

    `hours` are its hours of a working day (`["09:00-12:00", "13:00-17:00"]`): whoever is served
    outside them is served in extended hours. Without them nobody is.
    """

    id: str = "hall"
    name: str = "政务服务中心"
    region: str = "511602"
    phone: str = "12345"
    address: str = ""
    hours: tuple[str, ...] = ()


class WindowSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The window or kiosk at which this terminal stands.

    `pause_go_to` names where to go while the window is closed for a while.
    """

    number: str = "03"
    name: str = "3 号综合窗口"
    pause_go_to: str = ""


class HubSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the hub is; empty `url`: this terminal works for itself until it is enrolled."""

    url: str = ""
    public_url: str = ""
    certificate_authority: str = ""
    timeout_seconds: float = 20.0


class ScreenSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the screens look: theme light, dark or contrast; scale 1.0 to 2.0."""

    language: str = "zh"
    theme: str = "light"
    scale: float = 1.0


class DocumentSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How papers are made: `bilingual` puts English beneath titles and beside labels.

    `wording` is the path of the hall's own wording file, relative to the data folder.
    `copy_check`: copies made at the desk come with a sheet that says 「经核对与原件一致」; without
    it they are stamped by hand.
    """

    bilingual: bool = False
    wording: str = ""
    copy_check: bool = True


class JournalSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For how many days records keep their content after the hub has acknowledged them."""

    retention_days: Annotated[int, msgspec.Meta(ge=1, le=3_650)] = 30


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All settings of a terminal; `data_dir` holds ledger, catalogue, keys and reports."""

    data_dir: Path = Path()
    hall: HallSettings = HallSettings()
    window: WindowSettings = WindowSettings()
    hub: HubSettings = HubSettings()
    screen: ScreenSettings = ScreenSettings()
    journal: JournalSettings = JournalSettings()
    documents: DocumentSettings = DocumentSettings()
    devices: tuple[DeviceSettings, ...] = ()
    default_idle_seconds: int = 60

    @property
    def ledger_path(self) -> Path:
        return self.data_dir / "ledger.db"

    @property
    def catalogue_path(self) -> Path:
        return self.data_dir / "catalogue.db"

    @property
    def keys_dir(self) -> Path:
        return self.data_dir / "keys"

    @property
    def blobs_dir(self) -> Path:
        return self.data_dir / "blobs"

    @property
    def reports_dir(self) -> Path:
        return self.data_dir / "reports"


def default_data_dir() -> Path:
    """Return the folder for this account's data when none is named."""
    import platformdirs  # a twentieth of a second that most starts can spare

    return Path(platformdirs.user_data_dir("yichuang", appauthor=False))


def load(
    data_dir: Path | None = None, config: Path | None = None, hub_url: str | None = None
) -> Settings:
    """Read the settings; what the command line names wins over the file.

    Without `config` the file `yichuang.toml` in the data folder is read when it is there.
    Where neither names a hub, the one holds at which this terminal was enrolled (`hub.toml`).
    Raises `InvalidInput` with the file and the reason when it cannot be understood.
    """
    folder = (data_dir or default_data_dir()).expanduser().absolute()
    path = config or folder / FILE_NAME
    settings = Settings()
    if config is not None or path.is_file():
        settings = _read(path, Settings)
    hub = settings.hub
    enrolled = folder / ENROLLED_FILE
    if enrolled.is_file():
        known = _read(enrolled, HubSettings)
        # Relative, so that a data folder may be moved as a whole.
        authority = known.certificate_authority and str(folder / known.certificate_authority)
        hub = msgspec.structs.replace(
            hub,
            url=hub.url or known.url,
            certificate_authority=hub.certificate_authority or authority,
        )
    if hub_url:
        hub = msgspec.structs.replace(hub, url=hub_url)
    return msgspec.structs.replace(settings, data_dir=folder, hub=hub)


def _read(path: Path, kind: type[Kind]) -> Kind:
    try:
        with path.open("rb") as file:
            return msgspec.convert(tomllib.load(file), kind)
    except FileNotFoundError as error:
        raise InvalidInput("settings.not_found", file=path) from error
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        from terminal.settings_faults import fault  # a sound file can spare it

        raise fault(path, error, kind) from error
    except OSError as error:
        raise InvalidInput("settings.unreadable", file=path, reason=error.strerror) from error


def save_enrolled(data_dir: Path, url: str, authority: Path) -> None:
    """Keep the hub of an enrolment for every later start; written whole or not at all."""
    # A JSON string is a TOML basic string, too.
    lines = [
        f"{name} = {json.dumps(value, ensure_ascii=False)}\n"
        for name, value in (
            ("url", url),
            ("certificate_authority", authority.relative_to(data_dir).as_posix()),
        )
    ]
    path = data_dir / ENROLLED_FILE
    new = path.with_suffix(".new")
    new.write_text("".join(lines), encoding="utf-8")
    new.replace(path)
