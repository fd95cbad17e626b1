"""Rasa NLU components: text → service type, legal topic, urgency."""
