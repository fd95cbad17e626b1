"""Names of what our components add to a Rasa message, and to what it parses to."""

TOPIC = "topic"
TOPIC_RANKING = "topic_ranking"
URGENT = "urgent"

# Beside `intent` in the metadata of a training example (nlu_data/topics).
METADATA_TOPIC = "topic"
