"""Adapters to video generators. No models, no Django: leaves that the rest of the house may import."""
