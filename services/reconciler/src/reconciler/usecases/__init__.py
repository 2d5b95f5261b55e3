"""What the reconciler does: record facts, count reports, link customers, decide accounts."""
