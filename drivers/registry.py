"""The only module that names concrete drivers. Each is imported only when the settings name it.

A profile in the settings names either a built-in driver of this table, or a file of
`firmware-profiles/`, whose kind and transport select the driver.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from drivers.driver_index import (
    ALSA,
    AUDIO_INPUTS,
    AUDIO_OUTPUTS,
    BOARDS,
    BUILT_IN,
    BY_PROTOCOL,
    BY_TRANSPORT,
    DISCOVERIES,
    PLACE_RULES,
    PORT_REPORT,
    Place,
)
from drivers.errors import BadProfile, UnsupportedFeature
from drivers.frame_sink import FacePlace, FrameSink, PlaceFault, PortReport
from drivers.interface import (
    AudioDevice,
    AudioInput,
    AudioOutput,
    InputPin,
    PowerSwitch,
    SensorReader,
    SoundCard,
)
from drivers.profile.parameters import list_parameters
from drivers.profile.setting import (
    OF_KERNEL,
    Setting,
    SettingFault,
    Use,
    fill_settings,
    find_setting_faults,
)

if TYPE_CHECKING:  # a box with only built-in drivers does not load the models of profiles
    from drivers.control_plane import BoardControl
    from drivers.profile.model import Profile, SensorProfile
    from drivers.video_input import VideoInput

_PARTS: Mapping[Use, tuple[str, ...]] = {
    "board": ("sink", "content"),
    "board-control": ("control",),
}


@dataclass(frozen=True, kw_only=True)
class ProfileDescription:
    """The description of a profile, without access to hardware.

    Args:
        profile: its name.
        settings: its uses in the settings, with the keys of each.
        file: the content of its file; None for a built-in driver.
    """

    profile: str
    settings: Mapping[Use, tuple[Setting, ...]]
    file: Profile | None = None


def load_audio_output(driver: str, device: str, port: str | None = None) -> AudioOutput:
    """Load the sound output in the settings; `device` is the driver's own name of it.

    Args:
        driver: its driver.
        device: the driver's own name of it.
        port: only the card at this link of `/dev/snd/by-path`; any port without.

    Raises:
        UnsupportedFeature: no such driver.
    """
    return cast("AudioOutput", _load(AUDIO_OUTPUTS, driver, {"device": device, "port": port}))


def list_sound_cards() -> list[SoundCard]:
    """The sound cards that the kernel sees now."""
    return cast("list[SoundCard]", importlib.import_module(ALSA).list_cards())


def find_sound_card(name: str, port: str | None = None) -> SoundCard | None:
    """The kernel's card with this name, at this port if one is given; None when it is absent."""
    return cast("SoundCard | None", importlib.import_module(ALSA).find_card(name, port))


def set_mixer(card: SoundCard, control: str, level_db: float) -> None:
    """Set a control of a card's own mixer.

    Raises:
        DriverError: as `drivers.audio.alsa_card.set_mixer`.
    """
    importlib.import_module(ALSA).set_mixer(card, control, level_db)


def load_audio_input(driver: str, device: str) -> AudioInput:
    """Load a microphone or line-in of the settings; `device` is the driver's own name of it.

    Raises:
        UnsupportedFeature: no such driver.
    """
    return cast("AudioInput", _load(AUDIO_INPUTS, driver, {"device": device}))


def list_audio_inputs(driver: str) -> list[AudioDevice]:
    """The sound inputs that a driver finds now; call it in a separate process, it may abort.

    Raises:
        UnsupportedFeature: no such driver.
    """
    if driver not in AUDIO_INPUTS:
        raise _unknown(driver, AUDIO_INPUTS)
    found = importlib.import_module(AUDIO_INPUTS[driver][0]).list_inputs()
    return cast("list[AudioDevice]", found)


def list_audio_devices(driver: str) -> list[AudioDevice]:
    """The sound outputs that a driver finds now; call it in a separate process, it may abort.

    Raises:
        UnsupportedFeature: no such driver.
    """
    if driver not in AUDIO_OUTPUTS:
        raise _unknown(driver, AUDIO_OUTPUTS)
    found = importlib.import_module(AUDIO_OUTPUTS[driver][0]).list_outputs()
    return cast("list[AudioDevice]", found)


def load_board(profile: str, path: str, **options: Any) -> FrameSink:
    """Load the board that takes frames; `path` is its address.

    Raises:
        UnsupportedFeature: no such profile, or it does not know one of the options.
    """
    return cast("FrameSink", _load_device("board", profile, {"path": path, **options}))


def find_place_faults(profile: str, faces: Mapping[str, FacePlace]) -> list[PlaceFault]:
    """The faces that a board cannot have where the settings want them; opens nothing."""
    return list(importlib.import_module(PLACE_RULES).find_place_faults(profile, faces))


def report_board_ports(
    profile: str, path: str, faces: Mapping[str, FacePlace], options: Mapping[str, Any]
) -> list[PortReport]:
    """What the kernel and the cards say of a board's ports; what a board shows stays.

    Raises:
        UnsupportedFeature: no such profile; BadProfile, its file cannot be used.
    """
    file = None if profile in BOARDS else describe(profile).file
    return list(importlib.import_module(PORT_REPORT).report_ports(path, faces, file, options))


def load_board_control(profile: str, **settings: Any) -> BoardControl:
    """Load the card that dims, blanks and watches a board; settings that are None count as absent.

    Raises:
        UnsupportedFeature: no such profile, or it does not know one of the settings.
    """
    return cast("BoardControl", _load_device("board-control", profile, settings))


def can_switch_power(profile: str) -> bool:
    """Has a control card of this profile power outputs? Not where there is no such profile."""
    from drivers.profile.load import load_profile

    try:
        found = load_profile(profile)
    except (UnsupportedFeature, BadProfile):
        return False
    control = getattr(found, "control", None)
    return control is not None and "power" in control.features


def load_video_input(profile: str, **settings: Any) -> VideoInput:
    """Load a capture card; settings that are None count as absent.

    Raises:
        UnsupportedFeature: no such profile, or it does not know one of the settings.
    """
    return cast("VideoInput", _load_device("video-input", profile, settings))


async def find_board_controls(profile: str, wait_s: float) -> list[str]:
    """The addresses at which cards of a profile's protocol answer a broadcast.

    Raises:
        UnsupportedFeature: no such profile, or its protocol knows no such question.
        OSError: there is no network to ask on.
    """
    import asyncio  # an engine of sound loads this module, and has no loop

    from drivers.profile.load import load_profile

    file = await asyncio.to_thread(load_profile, profile)
    protocol = getattr(getattr(file, "control", None), "protocol", "")
    if protocol not in DISCOVERIES:
        raise UnsupportedFeature(profile, "find", "cards of this kind do not say where they are")
    found: list[str] = await _driver((DISCOVERIES[protocol], "find_cards"))(wait_s)
    return found


def load_switch(profile: str, **settings: Any) -> PowerSwitch:
    """Load the switch of one zone; settings that are None count as absent.

    Raises:
        UnsupportedFeature: no such profile, or it does not know one of the settings.
    """
    return cast("PowerSwitch", _load_device("switch", profile, settings))


def load_input(profile: str, **settings: Any) -> InputPin:
    """Load one input contact; settings that are None count as absent.

    Raises:
        UnsupportedFeature: no such profile, or it does not know one of the settings.
    """
    return cast("InputPin", _load_device("input", profile, settings))


def load_sensor(profile: str, **settings: Any) -> SensorReader:
    """Load one sensor; settings that are None count as absent.

    Raises:
        UnsupportedFeature: no such profile, or it does not know one of the settings.
    """
    return cast("SensorReader", _load_device("sensor", profile, settings))


def list_known(use: Use) -> list[str]:
    """All profiles with this use, built-in or files; a file that cannot be read is left out."""
    from drivers.profile.capabilities import list_uses
    from drivers.profile.load import list_profiles, load_profile

    names = set(BUILT_IN[use])
    for name in list_profiles():
        try:
            uses = list_uses(load_profile(name))
        except UnsupportedFeature:
            continue
        if use in uses:
            names.add(name)
    return sorted(names)


def describe(profile: str) -> ProfileDescription:
    """The description of a profile; opens nothing.

    Raises:
        UnsupportedFeature: no such profile; BadProfile, its file cannot be used.
    """
    uses = [use for use, known in BUILT_IN.items() if profile in known]
    if uses:
        settings = {use: list_parameters(_driver(BUILT_IN[use][profile])) for use in uses}
        return ProfileDescription(profile=profile, settings=settings)
    from drivers.profile.capabilities import list_settings, list_uses
    from drivers.profile.load import has_profile, list_profiles, load_profile

    if not has_profile(profile):
        known = {name for names in BUILT_IN.values() for name in names} | set(list_profiles())
        raise _unknown(profile, known)
    file = load_profile(profile)
    settings = {use: list_settings(file, use) for use in sorted(list_uses(file))}
    return ProfileDescription(profile=profile, settings=settings, file=file)


def find_sound_delay_ms(profile: str) -> int:
    """How long the signal processing of this device delays sound; 0 where its profile has none.

    Raises:
        UnsupportedFeature: no such profile; BadProfile, its file cannot be used.
    """
    file = describe(profile).file
    return 0 if file is None else file.timings.sound_ms


def find_faults(use: Use, profile: str, settings: Mapping[str, Any]) -> list[SettingFault]:
    """The faults of these settings of a profile; opens nothing.

    Args:
        use: the use in the settings.
        profile: its name.
        settings: as they would be given to `load_…`; `name` is always allowed.

    Raises:
        UnsupportedFeature: no such profile, or it does not have that use; BadProfile, its file
            cannot be used.
    """
    known = describe(profile).settings
    if use not in known:
        detail = f"it is no {use}, only {', '.join(known)}; known: {', '.join(list_known(use))}"
        raise UnsupportedFeature(profile, "load", detail)
    given = {key: value for key, value in settings.items() if key != "name"}
    return find_setting_faults(known[use], given)


def has_buses() -> bool:
    """Do drivers of this process already use a port? Then no others may be built as a test."""
    name = "drivers.bus.bus_registry"
    return name in sys.modules and bool(importlib.import_module(name).has_buses())


def close() -> None:
    """Close all shared serial ports and connections; for the end of the process."""
    if "drivers.bus.bus_registry" in sys.modules:
        importlib.import_module("drivers.bus.bus_registry").close_buses()


def _load_device(use: Use, profile: str, settings: Mapping[str, Any]) -> object:
    given = {key: value for key, value in settings.items() if value is not None}
    faults = find_faults(use, profile, given)
    if faults:
        raise UnsupportedFeature(profile, "load", "; ".join(map(str, faults)))
    if profile in BUILT_IN[use]:
        return _build(BUILT_IN[use][profile], given)
    known = describe(profile)
    if known.file is None:
        raise AssertionError("unreachable: a profile that is not built-in for this use has a file")
    values = fill_settings(known.settings[use], given)
    if known.file.transport in OF_KERNEL:
        values |= _list_channel(cast("SensorProfile", known.file), values)
    else:
        values["profile"] = known.file
    place = _find_place(use, known.file)
    return _build(place, {key: value for key, value in values.items() if value is not None})


def _find_place(use: Use, file: Profile) -> Place:
    """The driver of a profile's file: boards differ by protocol, all others by transport.

    Raises:
        UnsupportedFeature: no driver speaks that protocol.
    """
    parts = (getattr(file, name, None) for name in _PARTS.get(use, ()))
    part = next((one for one in parts if one is not None), None)
    if part is None:
        return BY_TRANSPORT[use, file.transport]
    if (use, part.protocol) not in BY_PROTOCOL:
        raise UnsupportedFeature(file.model, "load", f"no driver speaks {part.protocol}")
    return BY_PROTOCOL[use, part.protocol]


def _list_channel(file: SensorProfile, values: Mapping[str, Any]) -> dict[str, Any]:
    reading = file.readings[values["measures"]]
    scale = values["scale"] * reading.scale
    return {"chip": file.chip, "channel": reading.channel, "scale": scale}


def _load(known: Mapping[str, Place], profile: str, settings: dict[str, Any]) -> object:
    if profile not in known:
        raise _unknown(profile, known)
    unknown = settings.keys() - inspect.signature(_driver(known[profile])).parameters.keys()
    if unknown:
        raise UnsupportedFeature(profile, "load", f"unknown setting: {', '.join(sorted(unknown))}")
    return _build(known[profile], settings)


def _unknown(profile: str, known: Mapping[str, Place] | set[str]) -> UnsupportedFeature:
    import difflib  # only for a wrong name

    near = difflib.get_close_matches(profile, known, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    detail = f"no such profile; known: {', '.join(sorted(known))}{hint}"
    return UnsupportedFeature(profile, "load", detail)


def _build(place: Place, settings: Mapping[str, Any]) -> object:
    return cast("object", _driver(place)(**settings))


def _driver(place: Place) -> Any:
    module, name = place
    return getattr(importlib.import_module(module), name)
