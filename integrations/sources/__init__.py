"""Where vendor records come from. Knows neither mappings nor Datadog."""
