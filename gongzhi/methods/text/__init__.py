"""Texts: routed to a label, fused into hot issues; Chinese and English, no dictionary, no download.

Keeps: nothing; a model is a value, and a file of numbers and JSON that runs no code when it is loaded.
Lends: `routing` (train, predict, score), `issues` (fusing, heat), `tables` (CSV and Parquet in, CSV out).
Refuses: tables with a column missing, wrong encodings, model files of another kind; each in one sentence.
"""
