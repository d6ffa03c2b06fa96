"""How rules and tables are compiled; a modeller never opens this room."""
