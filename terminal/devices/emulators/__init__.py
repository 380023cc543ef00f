"""Devices made of software on pseudo-terminals, driven by method calls (POSIX only).

pyserial and the drivers run against them unchanged, in the demo and in the tests.
"""
