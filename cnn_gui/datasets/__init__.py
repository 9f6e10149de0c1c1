"""Choosing and loading data."""
