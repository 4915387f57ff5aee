"""A worker process: ``python -m app.worker``."""

from app.cli import worker

if __name__ == "__main__":
    worker()
