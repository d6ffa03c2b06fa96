"""The planner's page: plans changed, run, compared and briefed in a browser on the planner's machine; no rule of the model."""
