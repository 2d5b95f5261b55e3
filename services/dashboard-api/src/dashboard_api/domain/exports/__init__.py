"""What leaves as a file: rows as CSV, one account as a report; pure text and figures, no file format's driver."""
