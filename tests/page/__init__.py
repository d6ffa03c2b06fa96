"""The planner's page: its folder, its form, its queue, who may ask, and a planner's way through it in a real browser."""
