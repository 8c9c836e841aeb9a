"""What chronyc answers, with and without NTS."""

from __future__ import annotations

SOURCE = "^,*,127.0.0.1,3,-2,177,0,-0.000008355,-0.000009678,0.000026950"
AUTH = "127.0.0.1,NTS,1,15,256,1,0,0,8,100"
# Recorded as well: the same server asked by plain NTP; a client that has found nobody.
PLAIN_AUTH = "127.0.0.1,-,0,0,0,4294967295,0,0,0,0"
OTHER = "^,{},192.0.2.7,2,6,377,10,0.000001000,0.000001000,0.001000000"
OTHER_PLAIN = "192.0.2.7,-,0,0,0,-,0,0,0,0"
