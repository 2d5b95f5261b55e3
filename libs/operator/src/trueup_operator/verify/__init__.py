"""`trueup verify`: audits the running system from outside, against what the sources themselves say."""
