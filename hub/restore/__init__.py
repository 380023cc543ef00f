"""A hub that was taken back: noticed, healed by its terminals, and what nobody could give back."""

from hub.restore.gaps import Missing, missing, missing_count

__all__ = ["Missing", "missing", "missing_count"]
