"""What is special to Kilgore et al. 2025, doi 10.1038/s41598-025-03408-7: studies and figures."""
