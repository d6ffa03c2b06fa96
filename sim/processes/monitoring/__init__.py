"""How the administration learns of households at risk, with error and delay."""
