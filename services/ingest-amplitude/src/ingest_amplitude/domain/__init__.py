"""What Amplitude's answers mean and which questions to ask it, without any network, database or framework."""
