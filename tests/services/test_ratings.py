from __future__ import annotations

import sqlalchemy as sa

from bot.services.ratings import Ratings
from bot.store.tables import ratings


def test_a_reason_belongs_to_the_conversations_last_rating(engine):
    desk = Ratings(engine)
    desk.add("a", "labor-unpaid-wages", "欠薪", helpful=True)
    desk.add("a", "labor-overtime", "加班", helpful=False)
    desk.add("b", "family-divorce", "离婚", helpful=False)
    desk.add_reason("a", "答非所问")
    with engine.connect() as connection:
        stored = [(row.entry_id, row.reason) for row in connection.execute(sa.select(ratings).order_by(ratings.c.id))]
    assert stored == [("labor-unpaid-wages", ""), ("labor-overtime", "答非所问"), ("family-divorce", "")]
