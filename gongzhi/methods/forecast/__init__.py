"""Forecasts of many count series at once: whole predictive distributions, calibrated, coherent up a hierarchy."""
