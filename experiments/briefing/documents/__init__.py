"""The brief: what it says (``assembling``), by which rules (``telling``), and how it is written: HTML, Word, Excel."""
