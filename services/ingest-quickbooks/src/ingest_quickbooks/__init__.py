"""Pulls customers, invoices, credit memos and payments from QuickBooks and announces them."""
