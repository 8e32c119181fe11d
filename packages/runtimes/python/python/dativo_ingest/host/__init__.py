"""The process that hosts a plugin: it speaks the frames of the contract with the engine."""
