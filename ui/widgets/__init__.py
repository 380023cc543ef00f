"""Parts that all screens share; they know texts and looks, never the core."""
