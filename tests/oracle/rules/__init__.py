"""What DESIGN §5 and the domain rules say, written down a second time, by hand and slowly.

Facts and answers are plain dictionaries (`tests.oracle.portfolio` says which). Of the product it knows only what money
and ids are.
"""
