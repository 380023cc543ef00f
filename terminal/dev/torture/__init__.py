"""A hall under torture: real processes that are killed, a line that lies, disks that fill."""
