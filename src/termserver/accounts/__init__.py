"""Clients, the roles they are granted and their keys, as they are administered."""
