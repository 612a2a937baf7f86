"""What sensors' azimuths, ranges and clocks are off by, learnt from what several of them say of one object. See ``design/errors.md``.

Where two sensors, or a sensor and an object's own claim, clearly show one track, their difference tells of the difference of their
errors (``compare.py``). All sensors' errors are one joint Gaussian (``joint.py``), so what cannot be told apart stays so. What the
site file is not sure of is taken off new plots as sensors alone tell of it, no claim (``correct.py``); what contradicts the site file,
claims heeded, is told (``tell.py``), never corrected.
"""
