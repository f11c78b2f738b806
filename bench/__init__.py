"""The benchmarks behind ``make bench``. Figures go to var/bench/ as JSON; nothing is asserted."""
