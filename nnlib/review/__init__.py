"""Five minutes a day: what the reader has met comes back before it is forgotten, what went wrong first."""

from nnlib.review.session import review

__all__ = ["review"]
