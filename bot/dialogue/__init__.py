"""The Rasa side of the dialogue: training, loading the agent, running actions in-process."""
