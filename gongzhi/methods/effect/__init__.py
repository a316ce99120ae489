"""Did a measure work? Interrupted time series, difference to untreated series, synthetic control; placebos, verdict."""
