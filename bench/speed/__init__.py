"""The speed goals: a scenario for each, and what they need to measure CPU time, wall time and memory."""
