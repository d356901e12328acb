"""Studies of recurrent circuits: what Dale's principle, ratios and initial rates do there."""
