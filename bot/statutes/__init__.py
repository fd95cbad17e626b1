"""Law texts: citations, versions and validity, the store. Knows nothing of Rasa or Sanic."""
