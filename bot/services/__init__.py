"""What Fawen does for a citizen: answers, guides, tickets, ratings. Knows nothing of Rasa or Sanic."""
