"""Durable jobs, of a kind each: what was accepted survives the processes that accept and run it.

``client.py`` is the API's side: it submits, reads and cancels.  ``workflow.py`` is what a check
does, step by step, ``programs.py`` what a program does, and ``job.py`` what both do;
``worker.py`` is the process that runs them.  Only these know torch.
"""
