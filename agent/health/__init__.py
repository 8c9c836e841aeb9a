"""Health checks, inputs and sensors, open issues, the health report, the systemd watchdog."""
