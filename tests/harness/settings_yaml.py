"""A valid station.yaml with a loudspeaker, as text."""

from __future__ import annotations

SOUND = """\
station: tv-cl-0007
broker:
  host: mqtt.tinh.gov.vn
  ca: {0}/ca.pem
  cert: {0}/dev.pem
  key: {0}/dev.key
root: {0}/root.json
state: {0}
outputs:
  - name: loa
    audio: {{driver: portaudio, device: "22:00"}}
    zones:
      - name: nga-ba
        switch: {{profile: gpio, port: /dev/gpiochip0, coil: 17}}
        spl: {{dba: 94, distance_m: 10}}
page:
  listen: "192.168.10.1:8080"
  pin: "739184"
policy: {{quiet_hours: ["21:00-05:00"]}}
"""
