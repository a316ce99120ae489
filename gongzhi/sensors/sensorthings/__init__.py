"""The door for programs: a documented subset of OGC SensorThings API 1.1 (18-088), JSON shapes as in the standard.

Our sensor is at once a Thing, its Location, its one Datastream and its Sensor, all under its code; what it measures is
an ObservedProperty, a reading an Observation. Reading is open for public sensors; sending needs an owner's key.
"""
