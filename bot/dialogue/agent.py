"""The Rasa agent: the trained model, in-process actions, a tracker store that survives a restart."""
from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.utils.endpoints import EndpointConfig

from bot.dialogue.in_process_actions import InProcessActions
from bot.dialogue.state_store import DialogueStateStore
from bot.dialogue.training import model_path
from bot.settings import Settings


class AgentError(Exception):
    """The dialogue model is missing; the message says what to run."""


class CombinedOutput(OutputChannel):
    """Collects each bot message as one object: text, quick replies and structured form together."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []

    @classmethod
    def name(cls) -> str:
        """Rasa's name of the channel."""
        return "fawen"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep the message whole, where Rasa's own channels split it."""
        self.messages.append(
            {
                "recipient_id": recipient_id,
                "text": message.get("text") or "",
                "buttons": message.get("buttons") or [],
                "custom": message.get("custom") or None,
            }
        )


def load_agent(settings: Settings, engine: sa.engine.Engine) -> Agent:
    """Load the trained model; the dialogue's state is kept in the database of ``engine``."""
    path = model_path(settings)
    if not path.exists():
        raise AgentError("还没有训练好的对话模型。请先运行：fawen setup")
    agent = Agent(
        tracker_store=DialogueStateStore(engine),
        action_endpoint=EndpointConfig(settings.action_server_url) if settings.action_server_url else InProcessActions(),
    )
    agent.load_model(str(path))
    return agent


async def handle(agent: Agent, conversation_id: str, text: str, channel: str) -> list[dict[str, Any]]:
    """What the bot says to ``text`` in this conversation."""
    output = CombinedOutput()
    message = UserMessage(text, output, conversation_id, input_channel=channel)
    await agent.handle_message(message)
    return output.messages
