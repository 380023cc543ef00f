"""What a window does with a case after its intake: each act one transaction, one entry more."""
