"""The answer key: what is true of each account, worked out from the world itself by other means than the product's.

Written naively with fractions and plain dates, sharing no rule with the services. It sees exactly as much as each source
had shown at the instants the question names, so that "as of then" is exact.
"""
