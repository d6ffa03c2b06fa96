"""The brief: what it says (``build``), by which rules (``probability_wording``), and how it is written: HTML, Word, Excel."""
