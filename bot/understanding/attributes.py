"""Names of what our components add to a Rasa message, and to what it parses to; the topic of a training example."""
from __future__ import annotations

from rasa.shared.nlu.constants import METADATA, METADATA_INTENT
from rasa.shared.nlu.training_data.message import Message

TOPIC = "topic"
TOPIC_RANKING = "topic_ranking"
# The intents and topics of the nearest training messages.
NEAREST = "nearest"
# The probability that someone is in danger now, and what is concluded from it.
DANGER = "danger"
URGENT = "urgent"


def topic_label(message: Message) -> str:
    """The topic beside the intent in the metadata of a training example (nlu_data/topics), empty when it has none."""
    metadata = (message.get(METADATA) or {}).get(METADATA_INTENT) or {}
    return metadata.get(TOPIC, "") if isinstance(metadata, dict) else ""
