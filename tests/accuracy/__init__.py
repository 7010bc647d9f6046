"""How right the estimators are: ``make accuracy`` scores them and writes the README's table."""
