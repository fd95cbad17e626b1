"""Question → ranked evidence with a calibrated confidence. Knows nothing of Rasa or Sanic."""
