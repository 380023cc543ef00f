"""我的办件 at the window: what wants doing, one case with its acts, the result desk, signing."""
