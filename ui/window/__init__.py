"""The clerk's window (综合窗口), a file for each screen or panel."""
