"""Sensors: instruments that speak by themselves, what they measure, and when their readings become a voice.

Keeps sensors, their rules, readings, hourly means, exceedances, notices of silence and the keys of owners. Lends
readings by HTTP (SensorThings) and MQTT, the silence watch and the thinning of old readings. Refuses readings that are
unknown, misread, impossible, in another unit, from the future, too old, sent twice or out of order, and counts them;
refuses to acknowledge what is not on disk, and to speak twice about one exceedance.
"""
