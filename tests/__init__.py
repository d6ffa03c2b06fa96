"""Tests of Xianjie."""
