"""Why an attempt to hear a radio is over; the next one may succeed."""


class RadioError(OSError):
    """The host does not give what can be relayed; it may be asked again."""


class StallError(RadioError):
    """The host is connected, and no sound comes from it."""
