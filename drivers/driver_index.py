"""Which module has which driver: by profile, transport or protocol. Nothing is imported here."""

from __future__ import annotations

from collections.abc import Mapping

from drivers.profile.setting import Use

Place = tuple[str, str]  # module and class
ALSA = "drivers.audio.alsa_card"  # what Linux knows of cards, whatever drives them
# profile -> its driver
AUDIO_OUTPUTS: Mapping[str, Place] = {
    "portaudio": ("drivers.audio.portaudio", "PortAudioOutput"),
}
AUDIO_INPUTS: Mapping[str, Place] = {
    "portaudio": ("drivers.audio.portaudio_input", "PortAudioInput"),
}
SWITCHES: Mapping[str, Place] = {
    "gpio": ("drivers.relay.gpio_relay", "GpioRelay"),
    "sim-amplifier": ("drivers.sim.sim_amplifier", "SimAmplifier"),
}
INPUTS: Mapping[str, Place] = {
    "gpio": ("drivers.input.gpio_input", "GpioInput"),
    "sim-input": ("drivers.sim.sim_input", "SimInput"),
}
SENSORS: Mapping[str, Place] = {
    "hwmon": ("drivers.sensor.hwmon_sensor", "HwmonSensor"),
    "iio": ("drivers.sensor.iio_sensor", "IioSensor"),
    "sim-sensor": ("drivers.sim.sim_sensor", "SimSensor"),
}
BOARDS: Mapping[str, Place] = {
    "hdmi": ("drivers.led.hdmi_board", "HdmiBoard"),
    "png": ("drivers.led.png_folder", "PngFolder"),
}
COURIER = "drivers.content_board.courier"
VIDEO_INPUTS: Mapping[str, Place] = {
    "v4l2": ("drivers.video.v4l2_input", "V4l2Input"),
    "sim-video-input": ("drivers.sim.sim_video_input", "SimVideoInput"),
}
SIGN_REPORT = "drivers.content_board.sign_report"
PLACE_RULES, PORT_REPORT = "drivers.led.place_rules", "drivers.led.port_report"
BUILT_IN: Mapping[Use, Mapping[str, Place]] = {
    "switch": SWITCHES,
    "input": INPUTS,
    "sensor": SENSORS,
    "board": BOARDS,
    "board-control": {},
    "video-input": VIDEO_INPUTS,
}
# use and transport of a profile file -> its driver
BY_TRANSPORT: Mapping[tuple[Use, str], Place] = {
    ("switch", "modbus-rtu"): ("drivers.relay.modbus_relay", "ModbusRelay"),
    ("switch", "modbus-tcp"): ("drivers.relay.modbus_relay", "ModbusRelay"),
    ("switch", "serial"): ("drivers.relay.command_switch", "CommandSwitch"),
    ("input", "modbus-rtu"): ("drivers.input.modbus_input", "ModbusInput"),
    ("input", "modbus-tcp"): ("drivers.input.modbus_input", "ModbusInput"),
    ("sensor", "modbus-rtu"): ("drivers.sensor.modbus_sensor", "ModbusSensor"),
    ("sensor", "modbus-tcp"): ("drivers.sensor.modbus_sensor", "ModbusSensor"),
    ("sensor", "hwmon"): ("drivers.sensor.hwmon_sensor", "HwmonSensor"),
    ("sensor", "iio"): ("drivers.sensor.iio_sensor", "IioSensor"),
}
# use and protocol of a board's profile file -> its driver
BY_PROTOCOL: Mapping[tuple[Use, str], Place] = {
    ("board", "colorlight"): ("drivers.led.colorlight_board", "ColorLightBoard"),
    ("board", "modbus-text"): ("drivers.led.text_sign_sink", "TextSignSink"),
    ("board", "huidu"): ("drivers.led.sign_sink", "SignSink"),
    ("board", "ddp"): ("drivers.led.pixel_net", "PixelNetBoard"),
    ("board", "e131"): ("drivers.led.pixel_net", "PixelNetBoard"),
    ("board", "artnet"): ("drivers.led.pixel_net", "PixelNetBoard"),
    ("board-control", "novastar"): ("drivers.board_control.novastar", "NovaStarCard"),
}
# protocol of a control plane -> the module that asks a network for its cards
DISCOVERIES: Mapping[str, str] = {"novastar": "drivers.board_control.novastar_discovery"}
