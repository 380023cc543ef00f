"""The citizen's screen (第二屏): mirrors the work, takes the rating."""
