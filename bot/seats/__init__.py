"""Human seats: accounts, queue and routing, live sessions, answer assistant, ledger. Knows neither Rasa nor Sanic."""
