"""Reading what an office hands in: its workbook and the exports of its systems, down to counts. No household leaves this room."""
