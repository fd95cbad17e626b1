"""Everything a fresh checkout needs once: archives, the embedding model, the store, the index, the Rasa model."""
