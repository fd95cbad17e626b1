"""Chinese text before anything else looks at it: normalisation and segmentation. Knows nothing of Rasa."""
