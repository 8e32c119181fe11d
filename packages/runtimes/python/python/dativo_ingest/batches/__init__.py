"""Records on their way between plugins and frames."""
