"""How each step of a scene is performed: a module per topic, a function per step.

A function takes the stage and its step. Each module's `STEPS` says which step is whose.
"""
