"""Tables, migrations and the engine. Everything that must not be lost is written through here."""
