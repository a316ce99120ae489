"""The panel: every method of `methods/` beside the rules that raise findings. It agrees or not; it raises nothing."""
