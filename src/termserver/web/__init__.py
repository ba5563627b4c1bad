"""The pages people open, server-rendered, right-to-left first."""
