FROM python:3.12-slim-bookworm AS builder
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
RUN python -m venv /opt/venv
# Dependencies first: a change of the source alone reuses this layer.
COPY pyproject.toml constraints.txt ./
RUN python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['dependencies'], sep='\n')" > requirements.txt \
    && /opt/venv/bin/pip install -q -c constraints.txt -r requirements.txt

FROM builder AS api-builder
COPY README.md LICENSE ./
COPY solver solver
COPY app app
RUN /opt/venv/bin/pip install -q --no-deps .

FROM builder AS guide-builder
RUN python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['optional-dependencies']['docs'], sep='\n')" > docs.txt \
    && /opt/venv/bin/pip install -q -c constraints.txt -r docs.txt
COPY mkdocs.yml ./
COPY docs docs
# Not with -q, which hides from --strict the warnings that it counts.
RUN /opt/venv/bin/mkdocs build --strict

FROM builder AS worker-builder
RUN python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['optional-dependencies']['worker'], sep='\n')" > worker.txt \
    && /opt/venv/bin/pip install -q -c constraints.txt -r worker.txt
COPY README.md LICENSE ./
COPY solver solver
COPY app app
RUN /opt/venv/bin/pip install -q --no-deps .

FROM python:3.12-slim-bookworm AS base
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin abc
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 MPLCONFIGDIR=/tmp
WORKDIR /srv
USER 10001:10001

# Trains the networks of checks, on a GPU where the container is given one.
FROM base AS worker
COPY --from=worker-builder /opt/venv /opt/venv
CMD ["python", "-m", "app.worker"]

# Serves HTTP; knows no torch.  Checks wait for a worker on the same database.
FROM base AS api
COPY --from=api-builder /opt/venv /opt/venv
COPY --from=guide-builder /src/build/guide build/guide
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
# The application logs every request itself, as JSON.
CMD ["python", "-m", "app.cli", "serve", "--host", "0.0.0.0", "--port", "8000"]
