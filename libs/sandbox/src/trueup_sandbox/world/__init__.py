"""The world itself: accounts, their usage, their bills and payments, what is planted, and how it goes on."""
