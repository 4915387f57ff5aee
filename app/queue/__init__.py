"""Durable checks: whatever was accepted survives the processes that accept and run it.

``client.py`` is the API's side: it submits, reads and cancels.  ``workflow.py`` is what a check
does, step by step; ``worker.py`` is the process that runs it.  Only these two know torch.
"""
