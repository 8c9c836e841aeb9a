"""Sensors that the kernel drives and shows under /sys/class/hwmon."""
