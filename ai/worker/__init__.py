"""Inference in a process of its own: killable, isolated, over shared memory."""

from ai.worker.job import Job, JobState
from ai.worker.worker import Worker

__all__ = ["Job", "JobState", "Worker"]
