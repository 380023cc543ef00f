"""One matter (高效办成一件事): several departments' items taken in as one application."""
