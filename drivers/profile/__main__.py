"""`python -m drivers.profile NAME`: validate the profile and list the settings of the device."""

from __future__ import annotations

import sys

from drivers.errors import BadProfile, UnsupportedFeature
from drivers.profile.capabilities import list_settings, list_uses
from drivers.profile.load import list_profiles, load_profile
from drivers.profile.setting import Setting


def main(names: list[str]) -> int:
    """Validate the named profiles, or all; 0 when all are valid, 1 when not."""
    bad = 0
    for name in names or list_profiles():
        try:
            profile = load_profile(name)
        except BadProfile as error:
            bad += 1
            print(error.detail.replace("; ", "\n"))
        except UnsupportedFeature as error:
            bad += 1
            print(error)
        else:
            print(f"{name}: good; {profile.vendor} {profile.model}")
            for use in sorted(list_uses(profile)):
                print(f"  as {use}: " + ", ".join(map(_describe, list_settings(profile, use))))
    return 1 if bad else 0


def _describe(setting: Setting) -> str:
    limits = "|".join(map(str, setting.choices))
    if not limits and setting.low is not None:
        limits = f"{setting.low}..{setting.high}"
    ending = "" if setting.need or setting.default is None else f" = {setting.default}"
    return f"{setting.name} ({limits or setting.form or setting.type}){ending}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
