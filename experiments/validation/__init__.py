"""Is the model to be trusted: calibration, back-test, stylised facts, relations; nothing here prints or draws."""
