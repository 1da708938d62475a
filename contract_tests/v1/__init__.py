"""Tests of the published contract; `broken/` holds a deliberately broken gateway for each of its rules."""
