"""Studies of spoken digits by recurrent networks with Dale's principle."""
