"""The knowledge a lawyer edits: 普法 entries and service guides. Schema, loading, checking."""
