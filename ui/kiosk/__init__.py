"""The self-service kiosk: one question a screen, everything by touch."""
