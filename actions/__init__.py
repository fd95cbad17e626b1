"""Rasa custom actions: thin glue from the dialogue to ``bot.services``. No business logic lives here."""
