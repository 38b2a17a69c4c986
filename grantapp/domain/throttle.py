"""How often a door may be tried: so many times within so long, then one more each time an old try is forgotten.

Nobody is ever locked out for good: the longest wait is the length of the window, and what was refused does not count.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import ip_address, ip_network

QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)


class Gate(StrEnum):
    """What is counted: for one account, or for the network address (`origin`) it is tried from."""

    SIGN_IN = "sign_in"
    SIGN_IN_ORIGIN = "sign_in_origin"
    LINK = "link"
    LINK_ORIGIN = "link_origin"
    CODE = "code"

    @property
    def most(self) -> int:
        """Tries within the window. An origin may be a whole office behind one router."""
        return {"sign_in": 5, "sign_in_origin": 30, "link": 3, "link_origin": 20, "code": 5}[self.value]

    @property
    def within(self) -> timedelta:
        return HOUR if self is Gate.LINK_ORIGIN else QUARTER


def wait(gate: Gate, tried: Iterable[datetime], at: datetime) -> timedelta:
    """How long from `at` until one more try is allowed; zero if it is now. `tried`: when the others were, in any order.

    A try dated after `at` counts as made now: a clock that was set back opens nothing.
    """
    counted = sorted((min(each, at) for each in tried if each > at - gate.within), reverse=True)
    if len(counted) < gate.most:
        return timedelta(0)
    return counted[gate.most - 1] + gate.within - at


def origin_of(address: str | None) -> str | None:
    """What tries are counted for at a network address; None where the address tells nothing.

    Behind a proxy that does not name its visitors, everybody comes from this machine. An IPv6 visitor owns a whole /64.
    """
    try:
        read = ip_address(address or "")
    except ValueError:
        return None
    if read.is_loopback:
        return None
    return str(ip_network((read, 64), strict=False)) if read.version == 6 else str(read)
