"""Issues as data, heartbeat, systemd watchdog."""
