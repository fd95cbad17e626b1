"""Composition: builds the services once per process from the settings. The only place that knows how all fit together."""
from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Optional

import sqlalchemy as sa

from bot.content import review
from bot.content.loader import Knowledge, load_knowledge
from bot.retrieval.confidence import Calibration
from bot.retrieval.encoder import Encoder, load_encoder
from bot.retrieval.index import Index
from bot.retrieval.retriever import Retriever
from bot.seats.accounts import SeatAccounts
from bot.seats.assistant import Assistant
from bot.seats.audit import Audit
from bot.seats.desk import HandoffDesk
from bot.seats.ledger import Ledger
from bot.seats.reception import Reception
from bot.services.consultation import Consultation
from bot.services.conversations import ConversationLog
from bot.services.emergencies import Emergencies
from bot.services.hours import WorkingHours
from bot.services.human_help import HumanHelp
from bot.services.ratings import Ratings
from bot.services.sensitive import SensitiveMatters
from bot.services.statute_answers import StatuteAnswers
from bot.services.tickets import TicketDesk
from bot.settings import Settings, load_settings
from bot.statutes.store import StatuteStore, open_statutes
from bot.store.database import open_database


@dataclass(frozen=True)
class Services:
    """Everything an action or a channel may call."""

    settings: Settings
    engine: sa.engine.Engine
    knowledge: Knowledge
    statutes: StatuteStore
    encoder: Encoder
    retriever: Retriever
    consultation: Consultation
    statute_answers: StatuteAnswers
    emergencies: Emergencies
    human_help: HumanHelp
    ratings: Ratings
    conversations: ConversationLog
    sensitive: SensitiveMatters
    accounts: SeatAccounts
    audit: Audit
    ledger: Ledger
    desk: HandoffDesk
    reception: Reception
    assistant: Assistant


def load_retriever(settings: Settings) -> Retriever:
    """The index, the encoder and the calibration together."""
    calibration = Calibration.load(settings.var_dir / "calibration.json")
    return Retriever(Index(settings.index_dir), load_encoder(settings), calibration)


def build_services(settings: Settings) -> Services:
    """Load model, index, knowledge and database. Raises the error of the part that is missing."""
    statutes = open_statutes(settings)
    knowledge = load_knowledge(settings.knowledge_dir)
    waiting = {change.item_id for change in review.changed(knowledge, review.read_marks(settings.knowledge_dir), statutes)}
    encoder = load_encoder(settings)
    retriever = load_retriever(settings)
    engine = open_database(settings.database)
    accounts, audit, ledger = SeatAccounts(engine), Audit(engine), Ledger(engine, settings.region)
    desk = HandoffDesk(engine, accounts, ledger, audit, settings)
    human_help = HumanHelp(TicketDesk(engine, settings.region))
    return Services(
        settings=settings,
        engine=engine,
        knowledge=knowledge,
        statutes=statutes,
        encoder=encoder,
        retriever=retriever,
        consultation=Consultation(
            knowledge, statutes, retriever, encoder, settings.handoff_threshold, waiting
        ),
        statute_answers=StatuteAnswers(statutes),
        emergencies=Emergencies(settings.knowledge_dir / "emergency.yml", statutes),
        human_help=human_help,
        ratings=Ratings(engine),
        conversations=ConversationLog(engine),
        sensitive=SensitiveMatters(settings.knowledge_dir / "sensitive.yml"),
        accounts=accounts,
        audit=audit,
        ledger=ledger,
        desk=desk,
        reception=Reception(desk, accounts, WorkingHours(settings.knowledge_dir), human_help),
        assistant=Assistant(retriever, knowledge, statutes),
    )


_settings: Optional[Settings] = None


def use_settings(settings: Settings) -> None:
    """Let :func:`get_services` build from ``settings`` instead of reading them; call it before anything asks."""
    global _settings
    _settings = settings
    get_services.cache_clear()


@lru_cache(maxsize=1)
def get_services() -> Services:
    """The process's services. Actions call this, in the server's process or in an action server of their own."""
    return build_services(_settings or load_settings())
