"""The commands of `xianjie`, one module each."""
