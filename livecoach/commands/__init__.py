"""One small program each; the command line parses and calls them."""
