"""Message in and out: REST and WebSocket. No dialogue logic lives here."""
