# The image of web, worker, beat and the migration job; which of them a container is, its command says.

FROM python:3.11-slim-trixie AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements/production.lock /build/production.lock
RUN python -m venv /opt/libsys/venv \
    && /opt/libsys/venv/bin/pip install --require-hashes --no-deps -r /build/production.lock


FROM python:3.11-slim-trixie AS application
# pg_dump makes the template that new municipalities are cloned from; it must be as new as the server.
RUN apt-get update \
    && apt-get install -y --no-install-recommends postgresql-client-17 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/libsys --create-home libsys

ENV PATH=/opt/libsys/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    LIBSYS_MODE=production \
    LIBSYS_HOME=/var/lib/libsys
COPY --from=build /opt/libsys/venv /opt/libsys/venv
COPY . /opt/libsys/app
WORKDIR /opt/libsys/app

# Settings refuse to load without their variables; none of these values reaches the image.
RUN LIBSYS_FIELD_KEYS="$(python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())')" \
    && export LIBSYS_FIELD_KEYS LIBSYS_BASE_DOMAIN=localhost \
        LIBSYS_SECRET_KEY=build-only-build-only-build-only-build-only-build-only \
        DATABASE_URL=postgres://build@localhost/build REDIS_URL=redis://localhost/0 \
    && python -m compileall -q . \
    && python manage.py compile_messages \
    && python manage.py collectstatic --no-input

USER 10001
VOLUME /var/lib/libsys
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]

# WEB_CONCURRENCY sets the number of worker processes.
CMD ["gunicorn", "--config=python:libsys.web_server", "libsys.wsgi:application", "--bind=0.0.0.0:8000", \
     "--worker-tmp-dir=/dev/shm", "--graceful-timeout=25", "--keep-alive=75", \
     "--max-requests=20000", "--max-requests-jitter=2000"]
