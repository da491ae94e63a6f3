# One image for every process of the shop; the command says which: `docker run IMAGE system.order`.
#
#   BASE_IMAGE     Python 3.11 to run on
#   BUILDER_IMAGE  Python 3.11 to install in, where that takes more: certificate authorities, an index of one's own.
#                  Nothing of it but the installed packages gets into the image, so both must have Python in the same place.
#
# Where no registry can be reached `python -m ci.images` makes both from Debian packages.
ARG BASE_IMAGE=python:3.11-slim-bookworm
ARG BUILDER_IMAGE=${BASE_IMAGE}

FROM ${BUILDER_IMAGE} AS builder
WORKDIR /build
RUN python -m venv /opt/venv
COPY ci/images/requirements.py requirements.lock ./
RUN python requirements.py requirements.lock > services.lock \
 && /opt/venv/bin/pip install --quiet --no-cache-dir --disable-pip-version-check --require-hashes --only-binary :all: -r services.lock \
 && /opt/venv/bin/pip uninstall --quiet --yes pip setuptools
COPY proto/gen/shop /app/shop
COPY system /app/system
# Python need not look at the sources' dates to know that this is current, and the user below may not write it.
RUN /opt/venv/bin/python -m compileall -q --invalidation-mode unchecked-hash /app

FROM ${BASE_IMAGE}
RUN echo 'shop:x:10001:10001::/app:/usr/sbin/nologin' >> /etc/passwd \
 && echo 'shop:x:10001:' >> /etc/group \
 && install -d -o 10001 -g 10001 /data
COPY --from=builder /opt/venv /opt/venv
COPY --from=builder /app /app
WORKDIR /app
USER 10001:10001
ENV PATH=/opt/venv/bin:$PATH PYTHONPATH=/app PYTHONUNBUFFERED=1 \
    BIND_HOST=0.0.0.0 GRPC_PORT=50051 HTTP_PORT=3000 HEALTH_URL=grpc://127.0.0.1:50051
EXPOSE 50051 3000
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s --retries=3 CMD ["python", "-m", "system.common.healthcheck"]
ENTRYPOINT ["python", "-m"]
CMD ["system.gateway"]
