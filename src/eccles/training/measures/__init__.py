"""What a run measures: accuracy and activity, and tables of more, of a snapshot."""
